import type {Cause} from './scenarios.ts';

/** How a plant is built. What is not given comes from the scenario, then from `DEFAULTS` of scenarios.ts. */
export interface PlantOptions {
  scenario?: string;
  seed?: number;
  /** Weeks of three-shift work, Monday 06:00 to Saturday 06:00. */
  weeks?: number;
  lots?: number;
  /** On average: lots are unequal, see `unequal`. */
  partsPerLot?: number;
  /** Lots are up to this share larger or smaller than the average, and one in ten is far smaller; 0 makes all equal. */
  unequal?: number;
  /** Process steps before inspection. */
  steps?: number;
  stationsPerStep?: number;
  /** Of the steps that use tools. */
  toolsPerStep?: number;
  /** Process parameters over all steps. */
  parameters?: number;
  products?: number;
  /** Beta-binomial correlation of two parts of a lot, given everything else that acts on them. */
  withinLotCorrelation?: number;
  /** Risk ratio of the planted cause. */
  effect?: number;
  /** Lots that meet the planted tool, pair of tool and station, or material lot. */
  exposedLots?: number;
  /** Multiplies every defect's base rate. */
  rate?: number;
  /** 0: products fail alike and are routed alike. 1: one product scratches far more and has its own mill and powder. */
  confounding?: number;
  /** Share of the lots that keep to one lane: the same number of station and tool at every step. */
  lanes?: number;
  /** Standard deviation of a day's log risk, shared by all its lots. */
  dayEffect?: number;
  /** Risk at the end over risk at the start, growing evenly on the log scale. */
  drift?: number;
  /** Share of lots whose risk is eight times as high for no recorded reason. */
  rareBadLots?: number;
  missingGenealogy?: number;
  missingOperations?: number;
  /** The newest lots, which have images and no inspection results yet. */
  uninspectedLots?: number;
}

/** Options with nothing left open. */
export type Settings = Required<Omit<PlantOptions, 'scenario'>> & {scenario: string};

export interface Product {
  product: string;
  opportunities: number;
  cost: number;
  /** Share of the production. */
  share: number;
}

export interface Step {
  step: string;
  stations: string[];
  /** Empty where a step uses none. */
  tools: string[];
  /** Cavities of each tool; 0 where a tool has none. */
  cavities: number;
  /** Between the starts of two parts of a lot. */
  cycleSeconds: number;
  /** From a part's start to its end. */
  durationSeconds: number;
}

export interface Parameter {
  step: number;
  parameter: string;
  unit: string;
  branch: 'man' | 'machine' | 'material' | 'method' | 'measurement' | 'environment';
  target: number;
  /** Standard deviation over parts and lots. */
  spread: number;
  decimals: number;
  /** Share of the parts on which it is measured. */
  sampled: number;
  /** Added to the target for each product; absent where all products share the target. */
  byProduct?: number[];
}

export interface Lot {
  lot: string;
  workOrder: number;
  product: number;
  /** Index of its first part; its parts follow one another. */
  first: number;
  size: number;
  /** When it was released to the floor, in work seconds. */
  released: number;
}

export interface WorkOrder {
  workOrder: string;
  product: number;
}

/** A lot of something that goes into the product. */
export interface MaterialLot {
  lot: string;
  material: string;
  /** Null for what the plant makes itself. */
  supplier: string | null;
  kind: 'raw' | 'wip';
  /** Index of the material lot that it was made from, or -1. */
  from: number;
}

export interface Materials {
  lots: MaterialLot[];
  /** Materials that production lots consume, at the step where they do. */
  consumed: {material: string; step: number; from: string}[];
  /** For each consumed material, the material lot that each production lot took. */
  main: Uint32Array[];
  /** The same for what was taken once the first ran out: -1 in most lots, and its share of the quantity. */
  second: Int32Array[];
  secondShare: Float32Array[];
  /** The planted bad lot, or -1. */
  planted: number;
}

/** Where and when each lot was worked: one array a step, one value a lot. The last entry of each is the inspection. */
export interface Route {
  station: Uint8Array[];
  /** -1 where the step has no tools. */
  tool: Int16Array[];
  /** When the lot's first part started, in work seconds. */
  begin: Float64Array[];
}

export interface Truth {
  scenario: string;
  seed: number;
  /** Null where nothing was planted: every claim is then false. */
  cause: {
    factor: string;
    level: string | null;
    threshold: {op: '<' | '>='; value: number}[] | null;
    /** The other half of an interaction. */
    with: {factor: string; level: string} | null;
    /** The product that met the cause most, if one did. */
    product: string | null;
    defect: string;
    effect: number;
    /** When it began to act. */
    since: string | null;
  } | null;
  affectedLots: string[];
  affectedParts: string[];
  confounder: {factor: string; level: string; drives: {factor: string; level: string}[]} | null;
  /** Levels whose lots are much the same as the cause's: correlation of exposures within products, without the outcome. */
  aliases: {factor: string; level: string; correlation: number}[];
  /** Factors downstream of the cause that moved with it: messengers, not causes. */
  through: string[];
  /** What else moved the defect rate without being a candidate. */
  nuisance: {dayEffect: number; drift: number; badLots: string[]};
}

export interface Plant {
  settings: Settings;
  cause: Cause | null;
  products: Product[];
  /** The process steps, and the inspection as the last. */
  steps: Step[];
  parameters: Parameter[];
  workOrders: WorkOrder[];
  lots: Lot[];
  materials: Materials;
  route: Route;
  /** For each part: its lot, its place in the lot from 0, and its cavity at the casting step from 0. */
  partLot: Uint32Array;
  partPosition: Uint16Array;
  partCavity: Uint8Array;
  /** One array a parameter, one value a part; NaN where it was not measured. */
  values: Float32Array[];
  /** Bit d is set if the part has defect d (of `DEFECTS`, catalogue.ts). */
  defects: Uint8Array;
  /** The same as the first inspection saw it, with its escapes and false alarms. */
  observed: Uint8Array;
  /** 1 where the planted cause acted on the part. */
  exposed: Uint8Array;
  truth: Truth;
}
