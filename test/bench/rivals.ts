/**
 * From the exports of a plant to what harms its parts: Fishbone beside what people use instead, on plants whose truth is known.
 * npx tsx test/bench/rivals.ts --python PYTHON [--plants 5] [--first 101]
 * PYTHON has pandas, SciPy and scikit-learn (`rivals.py`). The bar charts are those of any BI tool, worked out by DuckDB on the same
 * files: the rate of every level of every category.
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {openApp} from '../../api/app.ts';
import {isClaim} from '../../api/claim.ts';
import {ingest} from '../../api/load-files.ts';
import {runOperation} from '../../api/operations.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {quoteText, type Session} from '../../warehouse/duckdb.ts';
import {inFolder, median, print, round} from './measure.ts';
import {withMaker} from './plant-files.ts';

const PROGRAM = fileURLToPath(new URL('./rivals.py', import.meta.url));
const SCENARIOS = ['bad-tool', 'parameter-threshold', 'confounded-null', 'null'];
/** A bar of fewer parts than this is not looked at. */
const FEWEST_PARTS = 100;

const {values} = parseArgs({
  options: {
    python: {type: 'string', default: process.env.FISHBONE_PYTHON ?? 'python3'},
    plants: {type: 'string', default: '5'},
    first: {type: 'string', default: '101'},
  },
});

/** What one method made of one plant. */
interface Found {
  seconds: Record<string, number>;
  /** Names that it stands for; null where it only ranks. */
  claimed: string[] | null;
  /** All that it looked at, the likeliest first. */
  ranked: string[];
}

const METHODS = ['Fishbone', 'pandas + SciPy', 'random forest', 'bar charts'] as const;
type Method = (typeof METHODS)[number];

interface Trial {
  scenario: string;
  cause: string | null;
  found: Record<Method, Found>;
}

const trials: Trial[] = [];
for (const scenario of SCENARIOS) {
  for (let k = 0; k < Number(values.plants); k++) trials.push(await tryPlant(scenario, Number(values.first) + k));
}
for (const scenario of SCENARIOS) print(tableOf(scenario));
print({
  title: `Seconds, median of ${trials.length} plants of 23,600 parts`,
  head: ['what', 'seconds'],
  rows: METHODS.flatMap(method =>
    Object.keys(trials[0].found[method].seconds).map((what): [string, number] => [
      `${method}: ${what}`,
      round(median(trials.map(({found}) => found[method].seconds[what])), 1),
    ]),
  ),
});

async function tryPlant(scenario: string, seed: number): Promise<Trial> {
  return inFolder(async folder => {
    const exports = join(folder, 'exports');
    const plant = makePlant({scenario, seed});
    mkdirSync(exports);
    await writePlant(exports, plant);
    // The images of the newest lots are what these rivals cannot look at: nobody gets them.
    await rm(join(exports, 'images'), {recursive: true});
    const defect = plant.truth.cause?.defect ?? 'scratch';
    const found: Trial['found'] = {
      Fishbone: await fishbone(join(folder, 'warehouse'), exports, defect),
      ...notebook(exports, defect),
      'bar charts': await barCharts(folder, exports, defect),
    };
    const cause = plant.truth.cause?.factor ?? null;
    const told = METHODS.map(
      method => `${method} ${placeOf(cause, found[method])}/${found[method].claimed?.length ?? '-'}`,
    );
    console.log(`${scenario}, seed ${seed}: ${told.join(', ')} (place of the cause / claims)`);
    return {scenario, cause, found};
  });
}

async function fishbone(warehouse: string, exports: string, defect: string): Promise<Found> {
  const app = await openApp(warehouse, {make: true, log: () => undefined});
  try {
    const begun = performance.now();
    const files = (await filesIn(exports)).filter(file => !file.endsWith('truth.json'));
    await ingest(app, files);
    await ingest(app, await filesIn(join(exports, 'wide')), {wide: true});
    const loaded = performance.now();
    const answer = await runOperation(app, 'screen', {defect}, {authenticated: null});
    const asked = performance.now();
    await runOperation(app, 'screen', {defect, top: 50}, {authenticated: null});
    return {
      seconds: {
        'taking the files in, durably': (loaded - begun) / 1000,
        'first question': (asked - loaded) / 1000,
      },
      claimed: answer.findings.filter(isClaim).map(({factor}) => factor),
      ranked: answer.findings.map(({factor}) => factor),
    };
  } finally {
    await app.close();
  }
}

function notebook(exports: string, defect: string): Pick<Trial['found'], 'pandas + SciPy' | 'random forest'> {
  const printed = execFileSync(values.python, [PROGRAM, exports, defect], {maxBuffer: 1e8}).toString();
  const {read_s, tests_s, forest_s, claimed, by_p, by_importance} = JSON.parse(printed) as {
    read_s: number;
    tests_s: number;
    forest_s: number;
    claimed: string[];
    by_p: string[];
    by_importance: string[];
  };
  const reading = {'reading and joining the files': read_s};
  return {
    'pandas + SciPy': {seconds: {...reading, 'a test a variable': tests_s}, claimed, ranked: by_p},
    'random forest': {seconds: {'the forest': forest_s}, claimed: null, ranked: by_importance},
  };
}

/** The rate of every level, and how far its bar stands above that of all parts. */
async function barCharts(folder: string, exports: string, defect: string): Promise<Found> {
  return withMaker(folder, async session => {
    const begun = performance.now();
    await readExports(session, exports, defect);
    const bars = await session.rows<{factor: string}>(
      `select factor, max(ratio) as highest from (
         select factor, level, avg(y) / (select avg(y) from outcome) as ratio, count(*) as n
         from levels join outcome using (part) group by all having n >= ${FEWEST_PARTS}
       ) group by factor order by highest desc, factor`,
    );
    const seconds = {'reading, joining and counting': (performance.now() - begun) / 1000};
    return {seconds, claimed: null, ranked: bars.map(({factor}) => factor)};
  });
}

async function readExports(session: Session, exports: string, defect: string): Promise<void> {
  const file = (name: string) => quoteText(join(exports, name));
  await session.run(`create table outcome as
    select part, max((inspection in (select inspection from read_json(${file('defects.ndjson')}) where defect = ${quoteText(defect)}))::integer) as y
    from read_json(${file('inspections.ndjson')}) group by part`);
  const columns = ['station', 'tool', 'cavity', 'operator', 'program'];
  await session.run(`create table levels as
    select part, step || '.' || name as factor, level from (
      select part, step, ${columns.map(c => `${c}::varchar as ${c}`).join(', ')} from read_csv(${file('operations.csv')})
    ) unpivot (level for name in (${columns.join(', ')}))
    union all select part, 'part.product', product from read_csv(${file('parts.csv')})
    union all select part, 'part.work_order', work_order from read_csv(${file('parts.csv')})
    union all select p.part, 'material.' || m.material || '.lot', g.parent from read_csv(${file('parts.csv')}) p
      join read_csv(${file('genealogy.csv')}) g on g.child = p.lot join read_csv(${file('lots.csv')}) m on m.lot = g.parent`);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true});
  return entries
    .filter(entry => entry.isFile())
    .map(({name}) => join(folder, name))
    .sort();
}

function placeOf(cause: string | null, {ranked}: Found): number | null {
  const at = cause === null ? -1 : ranked.indexOf(cause);
  return at < 0 ? null : at + 1;
}

function tableOf(scenario: string) {
  const own = trials.filter(trial => trial.scenario === scenario);
  const isPlanted = own[0].cause !== null;
  return {
    title: `${scenario}, ${own.length} plants${isPlanted ? `: ${own[0].cause}` : ': nothing is planted'}`,
    head: ['method', 'cause ranked (each plant)', 'claims it', 'other variables claimed (each plant)'],
    rows: METHODS.map(method => {
      const each = own.map(({cause, found}) => ({cause, ...found[method]}));
      const claims = each.map(({cause, claimed}) => claimed?.includes(cause ?? '') ?? null);
      return [
        method,
        isPlanted ? each.map(one => placeOf(one.cause, one) ?? 'not seen').join(', ') : '',
        claims[0] === null ? 'ranks only' : isPlanted ? `${claims.filter(Boolean).length} of ${own.length}` : '',
        each[0].claimed === null
          ? ''
          : each.map(({cause, claimed}) => claimed!.filter(c => c !== cause).length).join(', '),
      ];
    }),
  };
}
