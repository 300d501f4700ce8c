/**
 * How honest and how able screening is, on plants with known truth, beside what people use instead.
 *
 *     npx tsx test/bench/screening.ts run FILE [--plants 40] [--only TEXT] [--first 1] [--alone | --forest] [--minutes 60]
 *     npx tsx test/bench/screening.ts table FILE
 *
 * `run` appends a line a plant and method to FILE, seed by seed through all cells, and skips what FILE already has: it may
 * be stopped and started again. `--alone` leaves out the baselines, `--forest` runs a random forest alone (python3, or what
 * FISHBONE_PYTHON names, with scikit-learn). FILE belongs outside the repository.
 */
import {appendFileSync, existsSync, readFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {
  fishbone,
  lotKruskal,
  lotVanElteren,
  type Outcome,
  partCmh,
  tallyOf,
  tryPlant,
} from '../../warehouse/screening/planted/trial.ts';
import {forestImpurity, forestPermutation} from './forest.ts';
import {CELLS} from './screening-cells.ts';

type Line = Outcome & {cell: string; seed: number; method: string};

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    plants: {type: 'string', default: '40'},
    only: {type: 'string', default: ''},
    first: {type: 'string', default: '1'},
    minutes: {type: 'string', default: '100000'},
    alone: {type: 'boolean', default: false},
    forest: {type: 'boolean', default: false},
  },
});
const [command, file] = positionals;
if ((command !== 'run' && command !== 'table') || file === undefined) {
  console.error('usage: npx tsx test/bench/screening.ts run|table FILE');
  process.exit(2);
}
if (command === 'run') run(file);
else table(file);

function run(path: string): void {
  const baselines = {'part CMH': partCmh, 'lot KW': lotKruskal, 'van Elteren': lotVanElteren};
  const forests = {'forest impurity': forestImpurity, 'forest permutation': forestPermutation};
  const methods = values.forest ? forests : {fishbone, ...(values.alone ? {} : baselines)};
  const done = new Set(linesOf(path).map(({cell, seed, method}) => `${cell}/${seed}/${method}`));
  const until = Date.now() + 60_000 * Number(values.minutes);
  const first = Number(values.first);
  for (let seed = first; seed < first + Number(values.plants); seed++) {
    for (const [cell, options] of CELLS) {
      if (!cell.includes(values.only)) continue;
      const open = Object.entries(methods).filter(([name]) => !done.has(`${cell}/${seed}/${name}`));
      if (open.length === 0) continue;
      if (Date.now() > until) return;
      const outcomes = tryPlant(
        {...options, seed},
        open.map(([, method]) => method),
      );
      const lines = open.map(([method], k): Line => ({cell, seed, method, ...outcomes[k]}));
      appendFileSync(path, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
    }
  }
}

function linesOf(path: string): Line[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8').split('\n');
  return text.filter(line => line !== '').map(line => JSON.parse(line) as Line);
}

function table(path: string): void {
  const lines = linesOf(path);
  console.log(
    '| cell | method | plants | any false | false share | first | first 5 | claimed | covered | size | recall | precision |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
  for (const [cell, {cause}] of CELLS) {
    if (!cell.includes(values.only)) continue;
    for (const method of new Set(lines.filter(line => line.cell === cell).map(line => line.method))) {
      console.log(
        row(
          cell,
          method,
          lines.filter(line => line.cell === cell && line.method === method),
          cause !== undefined,
        ),
      );
    }
  }
}

function row(cell: string, method: string, outcomes: readonly Line[], planted: boolean): string {
  const {plants, anyFalse, falseShare, first, firstFive, claimed, covered, claiming, medianSize, recall, precision} =
    tallyOf(outcomes);
  const share = (count: number, of = plants) => (of === 0 ? '' : (count / of).toFixed(2));
  const found = [
    share(first),
    share(firstFive),
    share(claimed),
    `${share(covered, claiming)} of ${claiming}`,
    medianSize ?? '',
  ];
  const contained = [recall, precision].map(value => value?.toFixed(2) ?? '');
  const told = planted ? [...found, ...contained] : found.map(() => '').concat(['', '']);
  return `| ${[cell, method, plants, (anyFalse / plants).toFixed(3), share(falseShare), ...told].join(' | ')} |`;
}
