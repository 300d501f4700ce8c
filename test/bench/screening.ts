/**
 * How honest and how powerful screening is, on plants with known truth, beside what people use instead.
 * npx tsx test/bench/screening.ts [plants a cell] [only cells whose name contains this] [first seed] [fishbone: no baselines]
 */
import type {PlantOptions} from '../warehouse/screening/plant.ts';
import {
  emptyTally,
  fishbone,
  lotKruskal,
  lotVanElteren,
  partCmh,
  type Tally,
  tryPlant,
} from '../warehouse/screening/trial.ts';

const CELLS: [string, Omit<PlantOptions, 'seed'>][] = [
  ['null, 20 lots, 0', {lots: 20}],
  ['null, 20 lots, .05', {lots: 20, correlation: 0.05}],
  ['null, 60 lots, .01', {lots: 60, correlation: 0.01}],
  ['null, 60 lots, .05', {lots: 60, correlation: 0.05}],
  ['null, 240 lots, .01', {lots: 240, correlation: 0.01}],
  ['confounded, 60 lots, .01', {lots: 60, correlation: 0.01, confounded: true}],
  ['confounded, 240 lots, .01', {lots: 240, correlation: 0.01, confounded: true}],
  ['confounded, 240 lots, .05', {lots: 240, correlation: 0.05, confounded: true}],
  ['4 of 240 bad lots', {lots: 240, correlation: 0.01, badLots: 4}],
  ['day effect .3, 240 lots', {lots: 240, correlation: 0.01, dayVariation: 0.3}],
  ['day effect .6, 240 lots', {lots: 240, correlation: 0.01, dayVariation: 0.6}],
  ['drift x3, 240 lots', {lots: 240, correlation: 0.01, drift: 3}],
  ['3 of 60 lots x5', {lots: 60, correlation: 0.01, confounded: true, cause: {kind: 'lots', lots: 3, ratio: 5}}],
  ['8 of 240 lots x3', {lots: 240, correlation: 0.01, confounded: true, cause: {kind: 'lots', lots: 8, ratio: 3}}],
  ['tool x2, 240 lots', {lots: 240, correlation: 0.01, confounded: true, cause: {kind: 'tool', ratio: 2}}],
  ['station x2, 60 lots', {lots: 60, correlation: 0.01, confounded: true, cause: {kind: 'station', ratio: 2}}],
  ['threshold x2, 60 lots', {lots: 60, correlation: 0.01, cause: {kind: 'high', ratio: 2}}],
  ['two-sided x2, 60 lots', {lots: 60, correlation: 0.01, cause: {kind: 'spread', ratio: 2}}],
  ['lanes 90 %, tool x2, 240', {lots: 240, correlation: 0.01, lanes: 0.9, cause: {kind: 'tool', ratio: 2}}],
  ['lanes 90 %, tool x3, 240', {lots: 240, correlation: 0.01, lanes: 0.9, cause: {kind: 'tool', ratio: 3}}],
  ['lanes 50 %, tool x3, 60', {lots: 60, correlation: 0.01, lanes: 0.5, cause: {kind: 'tool', ratio: 3}}],
];
const BASELINES = {'part CMH': partCmh, 'lot KW': lotKruskal, 'van Elteren': lotVanElteren};
const METHODS = process.argv[5] === 'fishbone' ? {fishbone} : {fishbone, ...BASELINES};

const plants = Number(process.argv[2] ?? 50);
const only = process.argv[3] ?? '';
const first = Number(process.argv[4] ?? 1);
console.log(`${plants} plants a cell, seeds from ${first}`);
console.log('| cell | method | any false | FDR | first | first 5 | claimed | covered | median set |');
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [name, options] of CELLS) {
  if (!name.includes(only)) continue;
  const tallies = Object.values(METHODS).map(emptyTally);
  for (let k = 0; k < plants; k++) tryPlant({...options, seed: first + k}, Object.values(METHODS), tallies);
  for (const [at, method] of Object.keys(METHODS).entries())
    console.log(line(name, method, tallies[at], options.cause !== undefined));
}

function line(cell: string, method: string, tally: Tally, planted: boolean): string {
  const share = (count: number, of = tally.plants) => (of === 0 ? '' : (count / of).toFixed(2));
  const found = planted
    ? [
        share(tally.first),
        share(tally.firstFive),
        share(tally.claimed),
        share(tally.covered, tally.claiming),
        median(tally.sizes),
      ]
    : ['', '', '', '', ''];
  return `| ${[cell, method, (tally.anyFalse / tally.plants).toFixed(3), share(tally.falseShare), ...found].join(' | ')} |`;
}

function median(numbers: number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length === 0 ? '' : String(sorted[Math.floor(sorted.length / 2)]);
}
