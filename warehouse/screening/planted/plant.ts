/**
 * A small plant with known truth for tests of honesty: lots with shared fate, products that steer routing, lanes, tools
 * held for a lot or changed part by part, material lots and crews that follow the calendar, numbers with lot effects.
 */
import type {Factor, Frame} from '../frame.ts';
import {allRows, rankCodes, valuesOf} from '../rank-codes.ts';
import {type Random, random} from './random.ts';

export interface PlantOptions {
  seed: number;
  lots: number;
  /** Correlation of two parts of a lot. */
  correlation?: number;
  /** Products steer which tool a lot gets, and differ threefold in their rate. */
  confounded?: boolean;
  /** Share of the lots that keep one lane through all steps. */
  lanes?: number;
  /** Lots of a day share a rate that varies by this coefficient of variation. */
  dayVariation?: number;
  /** The rate rises linearly by this factor from first to last lot. */
  drift?: number;
  /** This many lots go wrong tenfold for no recorded reason. */
  badLots?: number;
  cause?: Cause;
  /** Sizes of lots vary by this much on the log scale, .5 by default. */
  sizesVary?: number;
  /** This share of the lots has lost the link to each material; the scanner fails a lot at a time. */
  missing?: number;
  /** This share of the parts went through a step again elsewhere, and their record names the later tool. */
  rework?: number;
  /** Numbers are measured on this share of the parts only. */
  sampled?: number;
  steps?: number;
  numbers?: number;
  partsPerLot?: number;
}

export type Cause =
  | {kind: 'tool'; ratio: number}
  | {kind: 'station'; ratio: number}
  | {kind: 'lots'; lots: number; ratio: number}
  | {kind: 'high' | 'spread'; ratio: number}
  /** The rate changes for good after this share of the lots; with `inspector`, because a new model release sees more. */
  | {kind: 'change'; ratio: number; at?: number; inspector?: boolean}
  /** Two factors that multiply the rate `ratio` times together, besides what each does alone. */
  | {kind: 'interaction'; pair: 'tools' | 'stations' | 'number'; ratio: number; alone?: number};

export interface Plant {
  frame: Frame;
  /** Name of the factor that was planted, and its level. */
  truth: {factor: string; level: string | null; factors: string[]} | null;
  /** Parts that the cause acted on. */
  exposed: Uint8Array;
}

const LOTS_A_DAY = 5;
const PRODUCT_RATES = [0.01, 0.02, 0.03, 0.02];

export function makePlant(options: PlantOptions): Plant {
  const rng = random(options.seed);
  const {lots, lanes = 0, steps = 30, numbers = 10, confounded = false, cause} = options;
  const vary = options.sizesVary ?? 0.5;
  const sizes = Array.from({length: lots}, () =>
    Math.max(10, Math.round((options.partsPerLot ?? 100) * Math.exp(vary * rng.normal() - vary ** 2 / 2))),
  );
  const parts = sizes.reduce((s, n) => s + n, 0);
  const lot = new Int32Array(parts);
  for (let l = 0, i = 0; l < lots; l++) for (let k = 0; k < sizes[l]; k++) lot[i++] = l;
  const product = sizes.map(() => rng.below(4));
  const lane = sizes.map(() => (rng.uniform() < lanes ? rng.below(4) : -1));
  const toolOf = (l: number) => {
    if (lane[l] >= 0) return lane[l];
    return confounded && rng.uniform() < 0.6 ? product[l] : rng.below(4);
  };
  const factors: Factor[] = [];
  const byLot = (name: string, step: number | null, branch: Factor['branch'], levelOf: number[], levels: string[]) =>
    factors.push({
      name,
      step: step === null ? null : `s${step}`,
      stepOrder: step,
      branch,
      kind: 'category',
      codes: lot.map(l => levelOf[l]),
      levels,
    });
  for (let s = 0; s < steps; s++) {
    const names = ['T1', 'T2', 'T3', 'T4'];
    // Every third step runs four stations side by side: parts of one lot are spread over them.
    if (s % 3 === 2) {
      const codes = lot.map(() => rng.below(4));
      factors.push({
        name: `s${s}.station`,
        step: `s${s}`,
        stepOrder: s,
        branch: 'machine',
        kind: 'category',
        codes,
        levels: names,
      });
    } else
      byLot(
        `s${s}.tool`,
        s,
        'machine',
        sizes.map((_, l) => toolOf(l)),
        names,
      );
  }
  const days = Math.ceil(lots / LOTS_A_DAY);
  for (let c = 0; c < 4; c++) {
    const crews = Array.from({length: days}, () => rng.below(4));
    byLot(
      `crew${c}`,
      null,
      'man',
      sizes.map((_, l) => crews[Math.floor(l / LOTS_A_DAY)]),
      ['A', 'B', 'C', 'D'],
    );
  }
  for (let m = 0; m < 4; m++) {
    const ids: number[] = [];
    for (let id = 0; ids.length < lots; id++) for (let k = 6 + rng.below(6); k > 0; k--) ids.push(id);
    byLot(
      `material.${m}.lot`,
      null,
      'material',
      ids.slice(0, lots),
      Array.from({length: ids[lots - 1] + 1}, (_, k) => `M${k}`),
    );
  }
  for (let k = 0; k < numbers; k++) factors.push({...numberFactor(`s${k}.p${k}`, k, lot, lots, rng)});

  let truth: Plant['truth'] = null;
  const ratio = new Float64Array(parts).fill(1);
  if (cause?.kind === 'tool' || cause?.kind === 'station') {
    const options = factors.filter(f => f.name.endsWith(`.${cause.kind}`));
    const factor = options[rng.below(options.length)];
    if (factor.kind === 'category') ratio.set(Float64Array.from(factor.codes, code => (code === 2 ? cause.ratio : 1)));
    truth = {factor: factor.name, level: 'T3', factors: [factor.name]};
  } else if (cause?.kind === 'lots') {
    const order = rng.shuffled(lots);
    const size = cause.lots;
    const names = Array.from({length: Math.ceil(lots / size)}, (_, k) => `B${k}`);
    const levelOf = new Array<number>(lots);
    for (const [k, l] of order.entries()) levelOf[l] = Math.floor(k / size);
    byLot('material.bad.lot', null, 'material', levelOf, names);
    ratio.set(Float64Array.from(lot, l => (levelOf[l] === 0 ? cause.ratio : 1)));
    truth = {factor: 'material.bad.lot', level: 'B0', factors: ['material.bad.lot']};
  } else if (cause?.kind === 'interaction') {
    const [a, b] = pairOf(factors, cause.pair, rng);
    for (let i = 0; i < parts; i++) {
      const one = isExposed(a, i, 2);
      const other = isExposed(b, i, 1);
      const alone = (one ? (cause.alone ?? 1) : 1) * (other ? (cause.alone ?? 1) : 1);
      ratio[i] = alone * (one && other ? cause.ratio : 1);
    }
    truth = {factor: a.name, level: 'T3', factors: [a.name, b.name]};
  } else if (cause?.kind === 'change') {
    const from = Math.round((cause.at ?? 0.3 + 0.4 * rng.uniform()) * lots);
    const name = cause.inspector ? 'inspection.inspector' : 'time.change_point';
    if (cause.inspector)
      byLot(
        name,
        null,
        'measurement',
        sizes.map((_, l) => Number(l >= from)),
        ['eye@1', 'eye@2'],
      );
    ratio.set(Float64Array.from(lot, l => (l >= from ? cause.ratio : 1)));
    truth = {factor: name, level: null, factors: [name]};
  } else if (cause) {
    const factor = factors[factors.length - 1 - rng.below(numbers)];
    if (factor.kind === 'number') {
      const values = valuesOf(factor, parts);
      const sorted = values.slice().sort();
      const [low, high, top] = [0.1, 0.9, 0.8].map(q => sorted[Math.floor(q * parts)]);
      values.forEach((v, i) => {
        if (cause.kind === 'high' ? v >= top : v <= low || v >= high) ratio[i] = cause.ratio;
      });
    }
    truth = {factor: factor.name, level: null, factors: [factor.name]};
  }

  const dayRate = Array.from({length: days}, () => rng.gammaWithVariation(options.dayVariation ?? 0));
  const bad = new Set(rng.shuffled(lots).slice(0, options.badLots ?? 0));
  const outcome = new Float64Array(parts);
  const wholeLot = cause?.kind === 'tool' || cause?.kind === 'lots' || cause?.kind === 'change';
  for (let l = 0, i = 0; l < lots; l++) {
    const trend = 1 + ((options.drift ?? 1) - 1) * (l / lots);
    const rate = Math.min(
      0.5,
      PRODUCT_RATES[confounded ? product[l] : 1] * trend * dayRate[Math.floor(l / LOTS_A_DAY)] * (bad.has(l) ? 10 : 1),
    );
    // A cause that holds for the whole lot moves the mean of its fate; one that differs by part multiplies it.
    const shared = wholeLot ? ratio[i] : 1;
    const fate = rng.beta(Math.min(0.9, rate * shared), options.correlation ?? 0) / shared;
    for (let k = 0; k < sizes[l]; k++, i++) outcome[i] = Number(rng.uniform() < Math.min(0.95, fate * ratio[i]));
  }
  const stratum = lot.map(l => product[l]);
  const strata = ['P0', 'P1', 'P2', 'P3'];
  return {
    frame: {
      parts,
      outcome,
      outcomeKind: 'defective',
      outcomeLabel: 'scratch',
      lot,
      lots,
      lotsOrdered: true,
      stratum,
      strata,
      strataFactors: ['part.product'],
      factors: recorded(factors, options, lot, lots, rng),
    },
    exposed: Uint8Array.from(ratio, r => Number(r > 1)),
    truth,
  };
}

/** What the records say of what happened: links lost, the later run named, few values measured. */
function recorded(
  factors: Factor[],
  {missing = 0, rework = 0, sampled = 1}: PlantOptions,
  lot: Int32Array,
  lots: number,
  rng: Random,
): Factor[] {
  if (missing === 0 && rework === 0 && sampled === 1) return factors;
  return factors.map(factor => {
    if (factor.kind === 'number') {
      const values = valuesOf(factor, lot.length).map(value => (rng.uniform() < sampled ? value : Number.NaN));
      return {...factor, ...rankCodes(values, allRows(lot.length))};
    }
    const lost = Array.from({length: lots}, () => factor.branch === 'material' && rng.uniform() < missing);
    const again = () => factor.branch === 'machine' && rng.uniform() < rework;
    const codes = factor.codes.map((code, i) => (lost[lot[i]] ? -1 : again() ? rng.below(factor.levels.length) : code));
    return {...factor, codes};
  });
}

function pairOf(factors: readonly Factor[], pair: 'tools' | 'stations' | 'number', rng: Random): [Factor, Factor] {
  const all = factors.filter(f => f.name.endsWith(pair === 'stations' ? '.station' : '.tool'));
  const others = pair === 'number' ? factors.filter(f => f.kind === 'number') : all;
  const a = all[rng.below(all.length)];
  const rest = others.filter(f => f !== a);
  return [a, rest[rng.below(rest.length)]];
}

/** A number is exposed in its upper third, about. */
function isExposed(factor: Factor, row: number, code: number): boolean {
  return factor.kind === 'category' ? factor.codes[row] === code : factor.distinct[factor.codes[row] - 1] > 0.6;
}

function numberFactor(name: string, step: number, lot: Int32Array, lots: number, rng: Random): Factor {
  const level = Array.from({length: lots}, () => rng.normal() * 0.5);
  const values = Float64Array.from(lot, l => level[l] + rng.normal());
  return {
    name,
    step: `s${step}`,
    stepOrder: step,
    branch: 'method',
    kind: 'number',
    unit: 'Nm',
    ...rankCodes(values, allRows(lot.length)),
  };
}
