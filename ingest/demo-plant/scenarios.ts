import type {PlantOptions, Settings} from './model.ts';

/** What is planted. Shares of the time run from 0, the first release, to 1, the last. */
export type Cause = {defect: string} & (
  | {
      kind: 'tool';
      step: string;
      tool: string;
      /** The product that it is mostly used for. */
      product: string | null;
      /** Share of the time before it was first mounted. */
      installed: number;
      /** Parameters of the step that it shifts, by how many standard deviations. */
      shifts: Record<string, number>;
    }
  | {kind: 'interaction'; step: string; tool: string; withStep: string; withStation: string}
  | {kind: 'material-lot'; material: string}
  | {kind: 'supplier'; material: string; supplier: string}
  /** Values at or above the quantile 1 - share harm. */
  | {kind: 'threshold'; step: string; parameter: string; share: number}
  /** Values outside the middle harm, `share` of the parts on each side. */
  | {kind: 'optimum'; step: string; parameter: string; share: number}
  | {kind: 'time'; at: number}
  /** From then on a new model of the inspection raises false alarms. */
  | {kind: 'inspector'; at: number}
);

export interface Scenario {
  description: string;
  cause: Cause | null;
  options: PlantOptions;
}

export const DEFAULTS: Settings = {
  scenario: 'bad-tool',
  seed: 2,
  weeks: 7,
  lots: 200,
  partsPerLot: 118,
  unequal: 0.22,
  steps: 8,
  stationsPerStep: 4,
  toolsPerStep: 8,
  parameters: 152,
  products: 4,
  withinLotCorrelation: 0.01,
  effect: 3,
  exposedLots: 20,
  rate: 1,
  confounding: 1,
  lanes: 0,
  dayEffect: 0,
  drift: 1,
  rareBadLots: 0,
  missingGenealogy: 0.025,
  missingOperations: 0.02,
  uninspectedLots: 10,
};

const BAD_TOOL: Cause = {
  kind: 'tool',
  step: 'bore',
  tool: 'T7',
  product: 'HX-200',
  installed: 0.35,
  shifts: {roughness: 1.3, diameter: 0.8},
  defect: 'scratch',
};
const BAD_POWDER: Cause = {kind: 'material-lot', material: 'powder', defect: 'stain'};

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  null: {
    description: 'Nothing is planted; products fail alike and are routed alike. Every claim is false.',
    cause: null,
    options: {confounding: 0},
  },
  'confounded-null': {
    description: 'Nothing is planted, but one product scratches more and has its own mill and powder.',
    cause: null,
    options: {},
  },
  'bad-tool': {
    description: 'Boring tool T7, mounted when a third of the time has passed, mostly for HX-200, triples scratches.',
    cause: BAD_TOOL,
    options: {},
  },
  'bad-material-lot': {
    description: 'One lot of coating powder, used up in six production lots, makes stains five times as likely.',
    cause: BAD_POWDER,
    options: {effect: 5, exposedLots: 6},
  },
  supplier: {
    description: 'Fasteners of one of three suppliers double burrs.',
    cause: {kind: 'supplier', material: 'fastener', supplier: 'Boltec', defect: 'burr'},
    options: {effect: 2},
  },
  'parameter-threshold': {
    description: 'Where the curing oven is in its hottest seventh, stains triple.',
    cause: {kind: 'threshold', step: 'cure', parameter: 'peak_temperature', share: 0.15, defect: 'stain'},
    options: {},
  },
  'two-sided-optimum': {
    description: 'Milling feed has an optimum: the slowest and the fastest tenth triple burrs.',
    cause: {kind: 'optimum', step: 'mill', parameter: 'feed_rate', share: 0.1, defect: 'burr'},
    options: {},
  },
  interaction: {
    description: 'Boring tool T3 harms only what is then milled on MILL-2: scratches four times as likely.',
    cause: {kind: 'interaction', step: 'bore', tool: 'T3', withStep: 'mill', withStation: 'MILL-2', defect: 'scratch'},
    options: {effect: 4},
  },
  'time-change': {
    description: 'From six tenths of the time on, voids double, whatever the route.',
    cause: {kind: 'time', at: 0.6, defect: 'void'},
    options: {effect: 2},
  },
  'inspector-change': {
    description: 'A new model of the inspection reports twice the scratches; the parts are as before.',
    cause: {kind: 'inspector', at: 0.55, defect: 'scratch'},
    options: {effect: 2},
  },
  'day-effect': {
    description: 'Nothing is planted; days are good or bad for all lots alike.',
    cause: null,
    options: {confounding: 0, dayEffect: 0.5},
  },
  drift: {
    description: 'Nothing is planted; the risk grows two and a half times over the whole time.',
    cause: null,
    options: {confounding: 0, drift: 2.5},
  },
  'rare-bad-lots': {
    description: 'Nothing is planted; one lot in fifty fails eight times as often for no recorded reason.',
    cause: null,
    options: {confounding: 0, rareBadLots: 0.02},
  },
  lanes: {
    description:
      'The bad tool again, where half of the lots keep to one lane: other tools and stations look just like it.',
    cause: {...BAD_TOOL, product: null, installed: 0},
    options: {lanes: 0.5, exposedLots: 25},
  },
  'missing-genealogy': {
    description: 'The bad powder again, with a third of the genealogy links never scanned.',
    cause: BAD_POWDER,
    options: {effect: 5, exposedLots: 9, missingGenealogy: 0.33},
  },
};

/** @throws if there is no such scenario */
export function scenarioNamed(name: string): Scenario {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (!scenario) throw new Error(`no scenario '${name}': choose one of ${Object.keys(SCENARIOS).join(', ')}`);
  return scenario;
}
