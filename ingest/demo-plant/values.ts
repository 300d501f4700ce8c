import type {Lot, Parameter, Route, Settings, Step} from './model.ts';
import {random} from './random.ts';
import {toolIndex} from './routing.ts';
import type {Cause} from './scenarios.ts';

/** Shares of a parameter's standard deviation; their squares add up to one. */
const STATION = 0.3;
const TOOL = 0.2;
const SLOW = 0.3;
const LOT = 0.4;
const PART = Math.sqrt(1 - STATION ** 2 - TOOL ** 2 - SLOW ** 2 - LOT ** 2);
/** A sensor drops out for one part in so many. */
const DROPS_OUT = 120;

/**
 * What was measured of each parameter on each part: every station and tool has its own offset, lots differ, some of it
 * wanders slowly over the weeks, and a planted tool leaves its mark.
 */
export function measure(
  {seed}: Settings,
  {steps, parameters}: {steps: Step[]; parameters: Parameter[]},
  lots: Lot[],
  route: Route,
  cause: Cause | null,
): Float32Array[] {
  const last = lots[lots.length - 1];
  return parameters.map(parameter => {
    const {step, target, spread, byProduct} = parameter;
    const draw = random(seed, `${steps[step].step}.${parameter.parameter}`);
    const stations = steps[step].stations.map(() => STATION * draw.normal());
    const tools = steps[step].tools.map(() => TOOL * draw.normal());
    const mark = shiftBy(cause, parameter, steps[step]);
    if (mark) tools[mark.tool] = mark.shift;
    const values = new Float32Array(last.first + last.size);
    let slow = draw.normal();
    lots.forEach(({first, size, product}, lot) => {
      slow = 0.9 * slow + 0.436 * draw.normal();
      const tool = route.tool[step][lot];
      const offset =
        stations[route.station[step][lot]] + (tool < 0 ? 0 : tools[tool]) + SLOW * slow + LOT * draw.normal();
      const level = target + (byProduct?.[product] ?? 0) + spread * offset;
      for (let part = first; part < first + size; part++) values[part] = level + PART * spread * draw.normal();
    });
    leaveOut(values, parameter, draw);
    return values;
  });
}

function shiftBy(cause: Cause | null, {parameter}: Parameter, step: Step): {tool: number; shift: number} | null {
  if (cause?.kind !== 'tool' || cause.step !== step.step || !Object.hasOwn(cause.shifts, parameter)) return null;
  return {tool: toolIndex(step, cause.tool), shift: cause.shifts[parameter]};
}

/** Samples are taken every so many parts; sensors drop out at random. */
function leaveOut(values: Float32Array, {sampled}: Parameter, draw: ReturnType<typeof random>) {
  const every = Math.round(1 / sampled);
  if (every > 1) for (let part = 0; part < values.length; part++) if (part % every !== 0) values[part] = Number.NaN;
  for (let part = draw.below(2 * DROPS_OUT); part < values.length; part += 1 + draw.below(2 * DROPS_OUT)) {
    values[part] = Number.NaN;
  }
}
