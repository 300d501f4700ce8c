import {CONFOUNDER} from './materials.ts';
import type {Lot, Route, Settings, Step} from './model.ts';
import {type Random, random} from './random.ts';
import type {Cause} from './scenarios.ts';

/** How much likelier the product that a bad tool is mostly used for is to meet it. */
const MOSTLY = 8;
/** A station keeps the tool of the lot before it with this probability. */
const KEEPS_TOOL = 0.6;
const TOOL_CHANGE_SECONDS = 900;
const QUEUE_SECONDS = 2700;

/** Sends every lot over one station and one tool a step, then schedules them: nothing works on two lots at once. */
export function routeLots(settings: Settings, steps: Step[], lots: Lot[], cause: Cause | null, product: number): Route {
  const exposed = plantedLots(settings, lots, cause, product);
  const lanes = followLanes(settings, lots, steps, cause, exposed);
  const station: Uint8Array[] = [];
  const tool: Int16Array[] = [];
  steps.forEach((step, s) => {
    const draw = random(settings.seed, `route ${step.step}`);
    const planted = plantedAt(cause, step, exposed);
    const weights = steering(settings, step, draw);
    const chosen = choose({step, lots, draw, weights, lanes: s === steps.length - 1 ? null : lanes, planted});
    station.push(chosen.station);
    tool.push(chosen.tool);
  });
  return {station, tool, begin: schedule(settings, steps, lots, station, tool)};
}

/** The index of a tool; in a plant with fewer tools the last stands in. */
export function toolIndex(step: Step, tool: string): number {
  const index = step.tools.indexOf(tool);
  return index < 0 ? step.tools.length - 1 : index;
}

export function stationIndex(step: Step, station: string): number {
  return Math.max(0, step.stations.indexOf(station));
}

/** The lots that are to meet the planted tool: drawn without replacement, the tool's usual product first. */
function plantedLots({seed, exposedLots}: Settings, lots: Lot[], cause: Cause | null, product: number): Set<number> {
  const exposed = new Set<number>();
  if (cause?.kind !== 'tool' && cause?.kind !== 'interaction') return exposed;
  const draw = random(seed, 'planted');
  const installed = cause.kind === 'tool' ? cause.installed * lots[lots.length - 1].released : 0;
  const weights = lots.map(lot => (lot.released < installed ? 0 : lot.product === product ? MOSTLY : 1));
  const possible = weights.filter(weight => weight > 0).length;
  while (exposed.size < Math.min(exposedLots, possible)) {
    const lot = draw.weighted(weights);
    exposed.add(lot);
    weights[lot] = 0;
  }
  return exposed;
}

/** For each lot the lane that it keeps to, or -1. The lots of a planted tool keep to the lane of that tool's number. */
function followLanes(settings: Settings, lots: Lot[], steps: Step[], cause: Cause | null, exposed: Set<number>) {
  const draw = random(settings.seed, 'lanes');
  const bad = cause?.kind === 'tool' ? toolIndex(steps.find(({step}) => step === cause.step)!, cause.tool) : -1;
  return Int16Array.from(lots, (_, lot) => {
    const follows = draw.uniform() < settings.lanes;
    const lane = draw.below(settings.toolsPerStep);
    if (!follows) return -1;
    if (exposed.has(lot)) return bad;
    return lane === bad ? (lane + 1) % settings.toolsPerStep : lane;
  });
}

interface Planted {
  exposed: Set<number>;
  /** Index of the tool, or -1 where it is a station that is planted. */
  tool: number;
  station: number;
  /** Lots that are not exposed never meet it: for a tool; half of an interaction may be met alone. */
  reserved: boolean;
  /** The share of lots after which the tool moves to another station, so that tool and station can be told apart. */
  moves: number;
}

function plantedAt(cause: Cause | null, step: Step, exposed: Set<number>): Planted | null {
  if (cause?.kind !== 'tool' && cause?.kind !== 'interaction') return null;
  const stations = step.stations.length;
  if (cause.step === step.step) {
    const tool = toolIndex(step, cause.tool);
    const moves = cause.kind === 'tool' && cause.installed > 0 ? 0.7 : 1;
    return {exposed, tool, station: tool % stations, reserved: cause.kind === 'tool', moves};
  }
  if (cause.kind === 'interaction' && cause.withStep === step.step)
    return {exposed, tool: -1, station: stationIndex(step, cause.withStation), reserved: false, moves: 1};
  return null;
}

/** For each product the weight of each station: a mild preference everywhere, a strong one at the confounder's mill. */
function steering({confounding, products}: Settings, step: Step, draw: Random): number[][] {
  return Array.from({length: products}, (_, product) =>
    step.stations.map((_, station) => {
      const mild = Math.exp(0.3 * confounding * draw.normal());
      if (step.step !== 'mill' || step.stations.length < 2) return mild;
      const equal = 1 / step.stations.length;
      const preferred = station === Math.min(CONFOUNDER.station, step.stations.length - 1);
      const own = product === CONFOUNDER.product ? CONFOUNDER.share : 0.06;
      const strong = preferred ? own : (1 - own) / (step.stations.length - 1);
      return equal + confounding * (strong - equal);
    }),
  );
}

interface Choice {
  step: Step;
  lots: Lot[];
  draw: Random;
  weights: number[][];
  lanes: Int16Array | null;
  planted: Planted | null;
}

function choose({step, lots, draw, weights, lanes, planted}: Choice) {
  const [stations, tools] = [step.stations.length, step.tools.length];
  const station = new Uint8Array(lots.length);
  const tool = new Int16Array(lots.length).fill(-1);
  const mounted = new Int16Array(stations).fill(-1);
  lots.forEach(({product}, lot) => {
    const isPlanted = planted?.exposed.has(lot) ?? false;
    const lane = lanes ? lanes[lot] : -1;
    let at = lane >= 0 ? lane % stations : draw.weighted(weights[product]);
    if (isPlanted) at = lot < planted!.moves * lots.length ? planted!.station : (planted!.station + 2) % stations;
    station[lot] = at;
    if (tools === 0) return;
    const keeps = mounted[at] >= 0 && draw.uniform() < KEEPS_TOOL;
    let chosen = lane >= 0 ? lane % tools : keeps ? mounted[at] : ownTool(at, stations, tools, draw);
    if (planted && planted.tool >= 0) {
      if (isPlanted) chosen = planted.tool;
      else if (planted.reserved && chosen === planted.tool) chosen = anotherTool(chosen, stations, tools);
    }
    tool[lot] = chosen;
    if (!isPlanted) mounted[at] = chosen;
  });
  return {station, tool};
}

/** Tools belong to stations in turn: T1 and T5 to the first of four. */
function ownTool(station: number, stations: number, tools: number, draw: Random): number {
  if (station >= tools) return station % tools;
  return station + stations * draw.below(Math.ceil((tools - station) / stations));
}

function anotherTool(tool: number, stations: number, tools: number): number {
  return tool >= stations ? tool - stations : (tool + stations) % tools;
}

/** First released, first served; a lot moves on when its last part is done, after a while in the queue. */
function schedule({seed}: Settings, steps: Step[], lots: Lot[], station: Uint8Array[], tool: Int16Array[]) {
  const draw = random(seed, 'queues');
  const arrives = Float64Array.from(lots, ({released}) => released);
  return steps.map((step, s) => {
    const begin = new Float64Array(lots.length);
    const free = step.stations.map(() => ({at: 0, tool: -1}));
    const toolFree = new Float64Array(step.tools.length);
    lots.forEach(({size}, lot) => {
      const place = free[station[s][lot]];
      const mounts = tool[s][lot];
      let start = Math.max(arrives[lot], place.at);
      if (mounts >= 0 && mounts !== place.tool) {
        start = Math.max(arrives[lot], place.at + TOOL_CHANGE_SECONDS, toolFree[mounts] + TOOL_CHANGE_SECONDS);
      }
      const end = start + size * step.cycleSeconds + step.durationSeconds;
      begin[lot] = start;
      place.at = end;
      place.tool = mounts;
      if (mounts >= 0) toolFree[mounts] = end;
      arrives[lot] = end + 300 - QUEUE_SECONDS * Math.log(1 - draw.uniform());
    });
    return begin;
  });
}

/** When a part started at a step, in work seconds: its turn, give or take a few seconds. */
export function startOf(steps: Step[], {begin}: Route, step: number, lot: number, position: number): number {
  const {cycleSeconds} = steps[step];
  const uneven = ((position * 7919 + lot * 104729 + step * 1299709) % 97) / 97;
  return begin[step][lot] + (position + 0.1 * uneven) * cycleSeconds;
}
