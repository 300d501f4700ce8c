/** The Python client asks a real server; the same question gives the number of the page, of the API and of the command line. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import type {QueryAnswer, ScreenAnswer, TraceAnswer} from '../../api/schemas.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {count, ratio} from '../../dashboards/format.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import {fishbone, servedPlant} from '../api/plant.ts';
import {openBrowser, settled} from '../browser/browser.ts';
import {CLIENT, findPython} from '../peers/python.ts';
import {type Fault, faultyWay} from './faulty-way.ts';

const found = await findPython();
const python = 'missing' in found ? null : found;
if (!python) console.warn(`NOT TESTED: the Python client, as there is ${(found as {missing: string}).missing}`);
const hasAll = await python?.has('pandas', 'polars', 'duckdb', 'nbclient', 'ipykernel');
if (python && !hasAll)
  console.warn('NOT TESTED: the notebook, as pandas, polars, duckdb or jupyter is not in that Python');
const hasMypy = await python?.has('mypy');
if (python && !hasMypy) console.warn('NOT TESTED: the types of the Python client, as there is no mypy');

/** What a program prints, as JSON. It starts with the client imported and ends with `print(json.dumps(answer))`. */
async function asks<T>(address: string, program: string, env: Record<string, string> = {}): Promise<T> {
  const whole = `import json, fishbone\n${program}\nprint(json.dumps(answer, default=str))`;
  return JSON.parse(await python!.run(['-c', whole], {FISHBONE_URL: address, ...env})) as T;
}

test.skipIf(!hasMypy)('the client passes mypy --strict', async () => {
  expect(await python!.run(['-m', 'mypy', '--strict', join(CLIENT, 'fishbone.py')])).toContain('Success');
});

describe.skipIf(!python)('a plant of 12 parts, counted by hand', () => {
  /** A real server, and what Python answers through a way on which this goes wrong. */
  async function served(faults: readonly Fault[] = []) {
    const {app} = await servedPlant();
    const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
    const way = await faultyWay(server.address, faults);
    return {
      app,
      way,
      address: way.address,
      close: async () => {
        await way.close();
        await server.close();
      },
    };
  }

  test('tables, pages, SQL with parameters, positions; what is refused says where', async () => {
    const {address, close, app} = await served();
    const {position} = app.warehouse;
    const answer = await asks<Record<string, unknown>>(
      address,
      `
from datetime import datetime, timezone
fb = fishbone.connect()
parts = fishbone.table("parts", ["part", "lot"])
pages = list(fb.pages("parts", rows=5))
since = datetime(2024, 3, 1, 16, tzinfo=timezone.utc)
late = fb.sql("select part from parts where made_at >= $since and lot = any($lots) order by part", {"since": since, "lots": ["L2", "L3"]})
def refused(ask):
    try: ask()
    except fishbone.FishboneError as e: return [e.status, e.code, e.pointers, str(e)]
    except ValueError as e: return str(e)
answer = dict(
  parts=len(parts), parquet=fb.table("parts", form="parquet").table.equals(fb.table("parts").table), lot_1=[r["part"] for r in parts.table.to_pylist() if r["lot"] == "L1"], as_of=parts.as_of, position=fb.position(),
  pages=[len(p) for p in pages], same=[p for page in pages for p in page.table.column("part").to_pylist()] == parts.table.column("part").to_pylist(),
  late=late.table.column("part").to_pylist(), before=len(fb.at(1).table("inspections")), before_sql=len(fb.at(1).sql("from inspections")),
  limited=[len(fb.sql("from parts", limit=5)), fb.sql("from parts", limit=5).truncated],
  cut=refused(lambda: fb.sql("select repeat('x', 2000) from range(60000)")),
  table=refused(lambda: fb.table("prats")), sql=refused(lambda: fb.sql("select colour from parts")),
  screen=refused(lambda: fb.screen(defekt="scratch")), naive=refused(lambda: fb.sql("select $t", {"t": datetime(2024, 1, 1)})),
  comma=refused(lambda: fb.table("parts", ["a,b"])), ahead=refused(lambda: fb.table("parts", as_of=99)),
)`,
    );
    // By hand, from plant.ts: P1 to P12 were made on the hour from 6:00; 16:00 and 17:00 are those of P11 and P12.
    expect(answer).toMatchObject({
      parts: 12,
      parquet: true,
      lot_1: ['P1', 'P2', 'P3', 'P4'],
      as_of: position,
      position,
      pages: [5, 5, 2],
      same: true,
      late: ['P11', 'P12'],
      before: 0,
      before_sql: 0,
      limited: [5, true],
      cut: [0, 'TRUNCATED', [], expect.stringMatching(/longer than \d+ rows and was cut \(count or group in SQL/)],
      table: [404, 'NOT_FOUND', [], expect.stringContaining('did you mean parts')],
      sql: [400, 'USAGE', ['/sql'], expect.stringContaining('colour')],
      screen: [400, 'USAGE', ['/defekt'], expect.stringContaining('defekt')],
      naive: expect.stringContaining('without a zone'),
      comma: expect.stringContaining('comma'),
      ahead: [400, 'USAGE', [], expect.stringContaining('99 is not reached')],
    });
    await close();
  });

  test('asked again after 429, 503, a dropped connection and an answer that was cut; as late as the server says', async () => {
    const {address, way, close} = await served([{status: 429, retryAfter: '2'}, {status: 503}, 'drops', 'cuts']);
    const answer = await asks<{rows: number}>(address, 'answer = dict(rows=len(fishbone.table("parts")))');
    expect(answer.rows).toBe(12);
    expect(way.askedAtMs).toHaveLength(5);
    expect(way.askedAtMs[1] - way.askedAtMs[0]).toBeGreaterThanOrEqual(2_000);
    await close();
  });

  test('not for ever, not after an hour, and a key goes to nobody else', async () => {
    const program = (how: string) => `
try: answer = len(fishbone.connect(${how}).table("parts"))
except fishbone.FishboneError as e: answer = [e.status, str(e)]`;
    const busy = await served(Array.from({length: 9}, () => ({status: 429, retryAfter: '0'}) as const));
    expect(await asks(busy.address, program('attempts=3'))).toEqual([429, expect.stringContaining('answered 429')]);
    expect(busy.way.askedAtMs).toHaveLength(3);
    await busy.close();
    const hour = await served([{status: 503, retryAfter: '3600'}]);
    expect(await asks(hour.address, program(''))).toEqual([503, expect.stringContaining('answered 503')]);
    await hour.close();
    const other = await served([{elsewhere: 'http://127.0.0.1:9/v1/tables/parts.arrows'}]);
    expect(await asks(other.address, program('token="fb_secret"'))).toEqual([
      302,
      expect.stringContaining('points to'),
    ]);
    await other.close();
    for (const form of ['parquet', 'arrows']) {
      const cut = await served(['cuts', 'cuts']);
      const asked = program('attempts=2').replace('"parts"', `"parts", form="${form}"`);
      expect(await asks(cut.address, asked)).toEqual([0, expect.stringContaining('no whole answer')]);
      await cut.close();
    }
  });

  test('a key from an argument, the environment or a file; none, a wrong one', async () => {
    const {app, folder} = await servedPlant();
    const {key} = await app.keys.create({name: 'science', role: 'viewer', by: 'test'});
    const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
    const file = join(folder, 'key.txt');
    writeFileSync(file, `${key}\n`);
    const program = (how: string) => `
try: answer = [len(fishbone.connect(${how}).table("parts")), repr(fishbone.connect(${how}))]
except fishbone.FishboneError as e: answer = [e.status, e.code]`;
    const asked = (how: string, env: Record<string, string> = {}) => asks<unknown[]>(server.address, program(how), env);
    const told = [12, `Fishbone('${server.address}', as_of=None)`];
    expect(await asked(`token="${key}"`)).toEqual(told);
    expect(await asked(`token_file=${JSON.stringify(file)}`)).toEqual(told);
    expect(await asked('', {FISHBONE_TOKEN: key})).toEqual(told);
    expect(await asked('', {FISHBONE_TOKEN_FILE: file})).toEqual(told);
    expect(await asked('')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await asked('token="fb_wrong"')).toEqual([401, 'UNAUTHENTICATED']);
    await server.close();
  });
});

describe.skipIf(!hasAll)('a plant with a planted cause', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-python-test-'));
  let app: App;
  let server: Server;
  beforeAll(async () => {
    const plant = makePlant({parameters: 8, lots: 80, partsPerLot: 40, uninspectedLots: 0, effect: 5});
    await writePlant(join(folder, 'plant'), plant);
    app = await openApp(join(folder, 'warehouse'), {make: true});
    await ingest(app, [join(folder, 'plant')], {timeZone: 'Europe/Berlin'});
    server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  });
  afterAll(async () => {
    await server?.close();
    await app?.close();
    rmSync(folder, {recursive: true, force: true});
  });
  const cli = async <T>(...args: string[]) =>
    (await fishbone([...args, '--json', '--warehouse', join(folder, 'warehouse')])).json<T>();

  test('page, command line and Python say the same', async () => {
    const screened = await cli<ScreenAnswer>('screen', '--defect', 'scratch');
    const [lead] = screened.findings;
    const sql = 'select result, count(*) as n from inspections group by result order by result';
    const query = await cli<QueryAnswer>('sql', sql);
    const traced = await cli<TraceAnswer>('trace', 'S000001', '--kind', 'part');
    const answer = await asks<Record<string, unknown>>(
      server.address,
      `
s = fishbone.screen(defect="scratch")
t = fishbone.trace("S000001", kind="part")
q = fishbone.sql(${JSON.stringify(sql)})
import polars
answer = dict(lead=s.table.slice(0, 1).to_pylist()[0], findings=len(s), population=s.raw["population"], as_of=s.as_of,
  trace=[len(t), len(t.relatives), t.raw["completeness"]],
  sql=[q.to(kind).to_dict(**how) for kind, how in (("pandas", dict(orient="list")), ("polars", dict(as_series=False)))],
  arrow=q.to("arrow").to_pydict(), capsule=polars.DataFrame(q).to_dict(as_series=False))`,
    );
    expect(lead).toMatchObject({factor: 'bore.tool', level: 'T7'});
    const {value, low, high} = lead.effect;
    expect(answer).toMatchObject({
      lead: {
        factor: 'bore.tool',
        level: 'T7',
        effect: value,
        low,
        high,
        q: lead.q,
        sentence: lead.sentence,
        id: lead.id,
      },
      findings: screened.findings.length,
      population: screened.population,
      as_of: screened.asOf,
    });
    const {backward, forward, siblings, history, completeness} = traced;
    expect(answer.trace).toEqual([history.length, backward.length + forward.length + siblings.length, completeness]);
    const columns = {result: query.rows.map(row => row.result), n: query.rows.map(row => row.n)};
    expect(answer).toMatchObject({sql: [columns, columns], arrow: columns, capsule: columns});

    const browser = await openBrowser();
    const page = await browser.newPage();
    await page.goto(`${server.address}/investigate?defect=scratch&asOf=${screened.asOf}`);
    await settled(page);
    const row = await page.locator('main tbody tr', {hasText: 'bore.tool'}).first().textContent();
    const told = answer.lead as {effect: number; low: number; high: number; parts: number};
    const shown = ratio({value: told.effect, low: told.low, high: told.high});
    for (const text of [shown.value, shown.interval, count(told.parts)]) expect(row).toContain(text);
    await browser.close();
  });

  test('the notebook runs from top to bottom, and counts what the screen says', async () => {
    const runner = fileURLToPath(new URL('run-notebook.py', import.meta.url));
    const env = {FISHBONE_URL: server.address};
    const shown = JSON.parse(await python!.run([runner, join(CLIENT, 'from-defect-to-rows.ipynb')], env)) as string[];
    const [lead] = (await cli<ScreenAnswer>('screen', '--defect', 'scratch')).findings;
    expect(shown[2]).toContain(lead.sentence);
    const crude = lead.crude.value.toFixed(6);
    expect(shown[4].trim()).toBe(`crude risk ratio of bore.tool = T7: ${crude} counted here, ${crude} by the screen`);
    expect(shown.every(text => text.trim() !== '')).toBe(true);
  });
});
