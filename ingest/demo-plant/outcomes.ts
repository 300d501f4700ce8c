import {DEFECTS, PRODUCTS} from './catalogue.ts';
import type {Lot, Route, Settings, Step} from './model.ts';
import {type Random, random} from './random.ts';
import type {Cause} from './scenarios.ts';

const RARE_BAD_FACTOR = 8;
/** The inspection misses one defect in so many, and reports one on a good part in so many. */
const ESCAPES = 1 / 50;
const FALSE_ALARMS = 1 / 500;

export interface Outcomes {
  defects: Uint8Array;
  observed: Uint8Array;
  /** Lots that were bad for no recorded reason. */
  badLots: number[];
}

/** Which parts have which defects: lots share their fate, the planted cause multiplies the risk where it acts. */
export function drawDefects(
  settings: Settings,
  {steps, lots, route}: {steps: Step[]; lots: Lot[]; route: Route},
  cause: Cause | null,
  exposed: Uint8Array,
): Outcomes {
  const defects = new Uint8Array(exposed.length);
  const nuisance = shared(settings, steps, lots, route);
  DEFECTS.forEach(({defect, rate}, d) => {
    const draw = random(settings.seed, `defect ${defect}`);
    const effect = cause?.defect === defect && cause.kind !== 'inspector' ? settings.effect : 1;
    lots.forEach(({first, size, product}, lot) => {
      const mean = settings.rate * rate * productFactor(settings, defect, product) * nuisance.factor[lot];
      const harmed = constant(exposed, first, size);
      // A cause that acts on the whole lot moves the mean of its fate; one that acts on single parts, those parts.
      const fate = betaDraw(Math.min(0.9, harmed ? mean * effect : mean), settings.withinLotCorrelation, draw);
      for (let part = first; part < first + size; part++) {
        const risk = !harmed && exposed[part] ? fate * effect : fate;
        if (draw.uniform() < risk) defects[part] |= 1 << d;
      }
    });
  });
  return {defects, observed: inspect(settings, defects, cause, exposed), badLots: nuisance.badLots};
}

function productFactor({confounding}: Settings, defect: string, product: number): number {
  return defect === 'scratch' ? (PRODUCTS[product]?.scratch ?? 1) ** confounding : 1;
}

function constant(exposed: Uint8Array, first: number, size: number): boolean {
  for (let part = first; part < first + size; part++) if (!exposed[part]) return false;
  return true;
}

/** What moves the risk of a whole lot without being a candidate: the day, a drift, plain bad luck. */
function shared({seed, dayEffect, drift, rareBadLots}: Settings, steps: Step[], lots: Lot[], route: Route) {
  const draw = random(seed, 'nuisance');
  const days = new Map<number, number>();
  const coating = route.begin[steps.findIndex(({step}) => step === 'coat')];
  const badLots: number[] = [];
  const factor = Float64Array.from(lots, ({released}, lot) => {
    const day = Math.floor(coating[lot] / 86400);
    // Divided by its mean, so that a day effect widens the rate without raising it.
    if (!days.has(day)) days.set(day, Math.exp(dayEffect * draw.normal() - dayEffect ** 2 / 2));
    const bad = draw.uniform() < rareBadLots;
    if (bad) badLots.push(lot);
    return days.get(day)! * drift ** (released / lots[lots.length - 1].released) * (bad ? RARE_BAD_FACTOR : 1);
  });
  return {factor, badLots};
}

/** A draw from the beta distribution with this mean, so that two parts of a lot correlate by rho. */
function betaDraw(mean: number, rho: number, draw: Random): number {
  if (rho === 0) return mean;
  const size = (1 - rho) / rho;
  const a = gammaDraw(mean * size, draw);
  return a / (a + gammaDraw((1 - mean) * size, draw));
}

/** @see Marsaglia & Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26:363 */
function gammaDraw(shape: number, draw: Random): number {
  if (shape < 1) return gammaDraw(shape + 1, draw) * (1 - draw.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = draw.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - draw.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** What the first inspection reports of these defects. */
function inspect({seed, effect, rate}: Settings, defects: Uint8Array, cause: Cause | null, exposed: Uint8Array) {
  const draw = random(seed, 'inspection');
  const newModel = cause?.kind === 'inspector' ? DEFECTS.findIndex(({defect}) => defect === cause.defect) : -1;
  const extra = newModel < 0 ? 0 : (effect - 1) * rate * DEFECTS[newModel].rate;
  return defects.map((truth, part) => {
    let seen = truth;
    for (let d = 0; truth >> d > 0; d++) if ((truth >> d) & 1 && draw.uniform() < ESCAPES) seen &= ~(1 << d);
    if (draw.uniform() < FALSE_ALARMS) seen |= 1 << draw.below(3);
    if (exposed[part] && extra > 0 && draw.uniform() < extra) seen |= 1 << newModel;
    return seen;
  });
}
