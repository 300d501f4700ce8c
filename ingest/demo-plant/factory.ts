import {MATERIALS, PARAMETERS, PRODUCTS, STEPS} from './catalogue.ts';
import type {Parameter, Product, Settings, Step} from './model.ts';

export interface Factory {
  products: Product[];
  steps: Step[];
  parameters: Parameter[];
}

/** Products, steps with stations and tools, and the parameters that are recorded: what stands before the first lot. */
export function buildFactory(settings: Settings): Factory {
  if (settings.steps < STEPS.length)
    throw new Error(`invalid steps: ${settings.steps}; a plant has ${STEPS.length} or more`);
  const steps = [...processSteps(settings), inspection()];
  return {products: products(settings.products), steps, parameters: parameters(settings, steps)};
}

function products(count: number): Product[] {
  return Array.from({length: count}, (_, k) => {
    if (k >= PRODUCTS.length) return {product: `HX-${k + 1}00`, opportunities: 5, cost: 20 + k, share: 0.15};
    const {product, opportunities, cost, share} = PRODUCTS[k];
    return {product, opportunities, cost, share};
  });
}

function processSteps({steps, stationsPerStep, toolsPerStep}: Settings): Step[] {
  return Array.from({length: steps}, (_, k) => {
    // Beyond the named steps, one station group is like another.
    const {step, tool, ...rest} = STEPS[k] ?? {...STEPS[1], step: `op${k + 1}`, tool: `op${k + 1}-`};
    const stations = numbered(`${step.toUpperCase()}-`, stationsPerStep);
    return {step, stations, tools: tool === '' ? [] : numbered(tool, toolsPerStep), ...rest};
  });
}

function inspection(): Step {
  const stations = numbered('VIS-', 3);
  return {step: 'inspect', stations, tools: [], cavities: 0, cycleSeconds: 20, durationSeconds: 4};
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({length: count}, (_, k) => `${prefix}${k + 1}`);
}

/** One parameter of every step, then a second of every step, until there are enough. */
function parameters(settings: Settings, steps: Step[]): Parameter[] {
  const perStep = steps.slice(0, -1).map(({step}) => PARAMETERS[step]?.split('|') ?? []);
  const chosen: Parameter[] = [];
  for (let k = 0; chosen.length < settings.parameters; k++) {
    for (let step = 0; step < perStep.length && chosen.length < settings.parameters; step++) {
      const text = perStep[step][k] ?? `p${k + 1} n 100 ${1 + (k % 3)} machine`;
      chosen.push(parse(text, step, settings.products));
    }
  }
  return chosen.sort((a, b) => a.step - b.step);
}

function parse(text: string, step: number, products: number): Parameter {
  const [parameter, unit, target, spread, branch, sampled = '1'] = text.trim().split(' ');
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Number(spread))));
  const common = {step, parameter, unit, target: Number(target), spread: Number(spread), decimals};
  const byProduct =
    parameter === 'diameter' ? Array.from({length: products}, (_, k) => PRODUCTS[k]?.diameter ?? k) : undefined;
  return {...common, branch: branch as Parameter['branch'], sampled: Number(sampled), byProduct};
}

/** The materials that production lots take, with the number of the step where they do. */
export function consumedMaterials(steps: Step[]) {
  return MATERIALS.map(each => ({...each, step: steps.findIndex(({step}) => step === each.step)}));
}
