import {instantOf, iso} from './calendar.ts';
import type {Exposure} from './exposure.ts';
import {type LotFactor, lotFactors} from './factors.ts';
import {serial} from './lots.ts';
import {CONFOUNDER} from './materials.ts';
import type {Plant, Truth} from './model.ts';

/** Exposures that correlate as much as this can hardly be told apart (design of ambiguity sets). */
const ALIAS_CORRELATION = 0.25;

/** What was planted, in the words that a finding would use. */
export function tell(plant: Omit<Plant, 'truth'>, exposure: Exposure | null, badLots: number[]): Truth {
  const {settings, lots, cause} = plant;
  const affected = lots.map(({first, size}) => plant.exposed.subarray(first, first + size).some(x => x === 1));
  const affectedParts: string[] = [];
  plant.exposed.forEach((x, part) => {
    if (x) affectedParts.push(serial(part));
  });
  return {
    scenario: settings.scenario,
    seed: settings.seed,
    cause: cause && exposure ? describe(plant, exposure) : null,
    affectedLots: lots.filter((_, lot) => affected[lot]).map(({lot}) => lot),
    affectedParts,
    confounder: settings.confounding > 0 ? confounder(plant) : null,
    aliases: exposure && !exposure.threshold ? aliases(plant, exposure, affected) : [],
    through: cause?.kind === 'tool' ? Object.keys(cause.shifts).map(parameter => `${cause.step}.${parameter}`) : [],
    nuisance: {
      dayEffect: settings.dayEffect,
      drift: settings.drift,
      badLots: badLots.map(lot => lots[lot].lot),
    },
  };
}

function describe({cause, settings}: Omit<Plant, 'truth'>, exposure: Exposure): Truth['cause'] {
  const {factor, level, threshold, since} = exposure;
  return {
    factor,
    level,
    threshold,
    with: exposure.with,
    product: cause!.kind === 'tool' ? cause!.product : null,
    defect: cause!.defect,
    effect: settings.effect,
    since: since === null ? null : iso(instantOf(since)),
  };
}

function confounder({products, steps}: Omit<Plant, 'truth'>): Truth['confounder'] {
  const product = products[CONFOUNDER.product];
  if (!product) return null;
  const mill = steps.find(({step}) => step === 'mill')!.stations;
  const drives = [
    {factor: 'mill.station', level: mill[Math.min(CONFOUNDER.station, mill.length - 1)]},
    {factor: `material.${CONFOUNDER.material}.supplier`, level: 'Lacke Nord'},
  ];
  return {factor: 'part.product', level: product.product, drives};
}

function aliases(plant: Omit<Plant, 'truth'>, {factor, level}: Exposure, affected: boolean[]): Truth['aliases'] {
  const found: Truth['aliases'] = [];
  for (const other of lotFactors(plant)) {
    if (other.factor === 'part.product') continue;
    for (const [index, name] of other.levels.entries()) {
      if (other.factor === factor && name === level) continue;
      const correlation = withinProducts(plant, other, index, affected);
      if (correlation >= ALIAS_CORRELATION) {
        found.push({factor: other.factor, level: name, correlation: Math.round(correlation * 1000) / 1000});
      }
    }
  }
  return found.sort((a, b) => b.correlation - a.correlation);
}

/** Pearson's correlation over lots of meeting the cause and having this level, each centred on its product's mean. */
function withinProducts({lots, products}: Omit<Plant, 'truth'>, other: LotFactor, index: number, affected: boolean[]) {
  const sums = products.map(() => ({lots: 0, x: 0, y: 0, both: 0}));
  lots.forEach(({product}, lot) => {
    const [x, y] = [affected[lot] ? 1 : 0, other.level[lot] === index ? 1 : 0];
    const sum = sums[product];
    sum.lots++;
    sum.x += x;
    sum.y += y;
    sum.both += x * y;
  });
  let [xx, yy, xy] = [0, 0, 0];
  for (const {lots: n, x, y, both} of sums) {
    if (n === 0) continue;
    xx += x - (x * x) / n;
    yy += y - (y * y) / n;
    xy += both - (x * y) / n;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
