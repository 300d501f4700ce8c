import type {Lot, Materials, Parameter, Route, Step} from './model.ts';
import {stationIndex, toolIndex} from './routing.ts';
import type {Cause} from './scenarios.ts';

export interface Floor {
  steps: Step[];
  parameters: Parameter[];
  lots: Lot[];
  materials: Materials;
  route: Route;
  values: Float32Array[];
}

export interface Exposure {
  /** 1 where the cause acted on the part. */
  exposed: Uint8Array;
  /** In the words of the contract: what a finding should name. */
  factor: string;
  level: string | null;
  threshold: {op: '<' | '>='; value: number}[] | null;
  with: {factor: string; level: string} | null;
  /** When it began to act, in work seconds; null if it always did. */
  since: number | null;
}

/** On which parts the planted cause acts, and what it is called. */
export function expose(cause: Cause, floor: Floor): Exposure {
  switch (cause.kind) {
    case 'tool':
    case 'interaction':
      return toTool(cause, floor);
    case 'material-lot':
    case 'supplier':
      return toMaterial(cause, floor);
    case 'threshold':
    case 'optimum':
      return toParameter(cause, floor);
    case 'time':
    case 'inspector':
      return toTime(cause, floor);
  }
}

function toTool(cause: Extract<Cause, {kind: 'tool' | 'interaction'}>, floor: Floor): Exposure {
  const {steps, route} = floor;
  const s = steps.findIndex(({step}) => step === cause.step);
  const tool = toolIndex(steps[s], cause.tool);
  const named = {factor: `${cause.step}.tool`, level: steps[s].tools[tool], threshold: null};
  if (cause.kind === 'tool') {
    const lots = floor.lots.map((_, lot) => route.tool[s][lot] === tool);
    const since = cause.installed > 0 ? Math.min(...route.begin[s].filter((_, lot) => lots[lot])) : null;
    return {...named, with: null, since, exposed: allPartsOf(floor, lots)};
  }
  const w = steps.findIndex(({step}) => step === cause.withStep);
  const station = stationIndex(steps[w], cause.withStation);
  const lots = floor.lots.map((_, lot) => route.tool[s][lot] === tool && route.station[w][lot] === station);
  const other = {factor: `${cause.withStep}.station`, level: steps[w].stations[station]};
  return {...named, with: other, since: null, exposed: allPartsOf(floor, lots)};
}

function toMaterial(cause: Extract<Cause, {kind: 'material-lot' | 'supplier'}>, floor: Floor): Exposure {
  const {lots: stock, consumed, main} = floor.materials;
  const taken = main[consumed.findIndex(({material}) => material === cause.material)];
  if (cause.kind === 'supplier') {
    const lots = floor.lots.map((_, lot) => stock[taken[lot]].supplier === cause.supplier);
    const factor = `material.${cause.material}.supplier`;
    return {factor, level: cause.supplier, ...alone(), exposed: allPartsOf(floor, lots)};
  }
  const bad = floor.materials.planted;
  const lots = floor.lots.map((_, lot) => taken[lot] === bad);
  return {
    factor: `material.${cause.material}.lot`,
    level: stock[bad].lot,
    ...alone(),
    exposed: allPartsOf(floor, lots),
  };
}

function toParameter(cause: Extract<Cause, {kind: 'threshold' | 'optimum'}>, floor: Floor): Exposure {
  const index = floor.parameters.findIndex(
    ({step, parameter}) => floor.steps[step].step === cause.step && parameter === cause.parameter,
  );
  if (index < 0) throw new Error(`no parameter '${cause.step}.${cause.parameter}' in a plant with so few parameters`);
  const values = floor.values[index];
  const sorted = values.filter(value => !Number.isNaN(value)).sort();
  const high = sorted[Math.floor(sorted.length * (1 - cause.share))];
  const low = cause.kind === 'optimum' ? sorted[Math.floor(sorted.length * cause.share)] : Number.NEGATIVE_INFINITY;
  const threshold: Exposure['threshold'] = [{op: '>=', value: high}];
  if (cause.kind === 'optimum') threshold.unshift({op: '<', value: low});
  const exposed = Uint8Array.from(values, value => (value >= high || value < low ? 1 : 0));
  return {...alone(), factor: `${cause.step}.${cause.parameter}`, level: null, threshold, exposed};
}

function toTime(cause: Extract<Cause, {kind: 'time' | 'inspector'}>, floor: Floor): Exposure {
  const since = cause.at * floor.lots[floor.lots.length - 1].released;
  const inspected = floor.route.begin[floor.steps.length - 1];
  const exposed = allPartsOf(
    floor,
    Array.from(inspected, begin => begin >= since),
  );
  if (cause.kind === 'time') return {...alone(), factor: 'time.change_point', level: null, since, exposed};
  return {...alone(), factor: 'inspection.inspector', level: NEW_INSPECTOR, since, exposed};
}

export const INSPECTOR = 'surface-cnn@1.4';
export const NEW_INSPECTOR = 'surface-cnn@2.0';

const alone = () => ({threshold: null, with: null, since: null});

function allPartsOf({lots}: Floor, chosen: boolean[]): Uint8Array {
  const last = lots[lots.length - 1];
  const exposed = new Uint8Array(last.first + last.size);
  lots.forEach(({first, size}, lot) => {
    if (chosen[lot]) exposed.fill(1, first, first + size);
  });
  return exposed;
}
