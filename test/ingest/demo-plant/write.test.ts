import {createHash} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {makePlant, type PlantOptions} from '../../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../../ingest/demo-plant/write.ts';
import {CANONICAL} from '../../../warehouse/canonical.ts';

type Row = Record<string, string>;
const OPTIONS = {lots: 36, partsPerLot: 40, seed: 3, weeks: 4, exposedLots: 8, uninspectedLots: 2};
const folders: string[] = [];
let folder = '';
const steps: string[] = [];

beforeAll(async () => {
  folder = await write(OPTIONS);
});
afterAll(() => {
  for (const each of folders) rmSync(each, {recursive: true});
});

async function write(options: PlantOptions): Promise<string> {
  const made = mkdtempSync(join(tmpdir(), 'demo-plant-'));
  folders.push(made);
  const total = new Set<number>();
  await writePlant(made, makePlant(options), (done, all, what) => {
    steps.push(what);
    expect(done).toBeLessThanOrEqual(all);
    total.add(all);
  });
  expect(total.size).toBe(1);
  return made;
}

function files(at: string): string[] {
  return readdirSync(at, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

function digests(at: string): Record<string, string> {
  const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  return Object.fromEntries(files(at).map(file => [file.slice(at.length), digest(file)]));
}

function header(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n', 1)[0].split(',');
}

/** The rows of a table, read as plainly as can be: the export has no quotes. */
function table(name: string): Row[] {
  const file = files(folder).find(each => basename(each).replace(/\.(csv|ndjson)$/, '') === name)!;
  const [first, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  if (file.endsWith('.ndjson')) return [first, ...lines].map(line => JSON.parse(line) as Row);
  const columns = first.split(',');
  return lines.map(line => {
    const cells = line.split(',');
    if (cells.length !== columns.length) throw new Error(`${name}: ${line}`);
    return Object.fromEntries(cells.map((cell, k) => [columns[k], cell]));
  });
}
const ids = (name: string, column: string) => new Set(table(name).map(row => row[column]));

test('the same seed writes the same bytes, another seed others', async () => {
  const again = await write(OPTIONS);
  expect(digests(again)).toEqual(digests(folder));
  const other = digests(await write({...OPTIONS, seed: 4}));
  for (const name of ['/parts.csv', '/operations.csv', '/inspections.ndjson', '/wide/measurements.bore.csv']) {
    expect(other[name], name).not.toBe(digests(folder)[name]);
  }
});

test("files are canonical tables with the contract's columns and no others, each key once", () => {
  const tables = files(folder).filter(file => /\.(csv|ndjson)$/.test(file) && !file.includes('/wide/'));
  const names = tables.map(file => basename(file).replace(/\.(csv|ndjson)$/, ''));
  // All but the parts' measurements, which are wide, tallies, which are for parts without a serial number, and what reviewers will say.
  expect(names.sort()).toEqual(
    Object.keys(CANONICAL)
      .filter(name => !['measurements', 'tallies', 'reviews'].includes(name))
      .sort(),
  );
  for (const file of tables) {
    const name = basename(file).replace(/\.(csv|ndjson)$/, '');
    const rows = table(name);
    const columns = file.endsWith('.csv') ? header(file) : [...new Set(rows.flatMap(row => Object.keys(row)))];
    const known = CANONICAL[name].columns.map(each => each.name);
    expect(
      columns.filter(column => !known.includes(column)),
      name,
    ).toEqual([]);
    const required = CANONICAL[name].columns.filter(each => each.required).map(each => each.name);
    expect(
      rows.filter(row => required.some(column => !row[column])),
      name,
    ).toEqual([]);
    const keys = rows.map(row => CANONICAL[name].key.map(column => row[column] ?? '').join('|'));
    expect(new Set(keys).size, `${name}: keys`).toBe(keys.length);
  }
});

test('wide files hold the parameters of their step', () => {
  for (const step of ['cast', 'bore', 'cure']) {
    const [part, of, run, at, ...parameters] = header(join(folder, 'wide', `measurements.${step}.csv`));
    expect([part, of, run, at]).toEqual(['part', 'step', 'run', 'measured_at']);
    const known = table('parameters').filter(row => row.step === step);
    expect(parameters.filter(name => !known.some(row => row.parameter === name))).toEqual([]);
    const rows = table(`measurements.${step}`);
    expect(rows.every(row => row.step === step)).toBe(true);
    expect(new Set(rows.map(row => `${row.part} ${row.run}`)).size).toBe(rows.length);
  }
});

test('every id resolves; only scanner gaps are missing, a few in a hundred', () => {
  const [parts, lots, stations] = [ids('parts', 'part'), ids('lots', 'lot'), ids('stations', 'station')];
  const within = (name: string, column: string, known: Set<string>) => {
    expect(
      table(name).flatMap(row => (known.has(row[column]) ? [] : row[column])),
      `${name}.${column}`,
    ).toEqual([]);
  };
  within('parts', 'lot', lots);
  within('parts', 'product', ids('products', 'product'));
  within('parts', 'work_order', ids('work_orders', 'work_order'));
  within('work_orders', 'product', ids('products', 'product'));
  within('genealogy', 'parent', lots);
  within('genealogy', 'child', lots);
  for (const name of ['operations', 'inspections', 'measurements.mill']) within(name, 'part', parts);
  for (const name of ['operations', 'inspections', 'events', 'readings']) within(name, 'station', stations);
  within('readings', 'parameter', ids('parameters', 'parameter'));
  within('defects', 'inspection', ids('inspections', 'inspection'));
  within('defects', 'defect', ids('defect_codes', 'defect'));
  for (const {kind, id} of table('movements')) expect((kind === 'lot' ? lots : parts).has(id), id).toBe(true);
  const firstRuns = table('operations').filter(row => row.run === '1').length;
  expect(1 - firstRuns / (8 * parts.size)).toBeGreaterThan(0.01);
  expect(1 - firstRuns / (8 * parts.size)).toBeLessThan(0.03);
});

test('times have offsets and run forward along the route; the second run comes after the first inspection', () => {
  const order = ['cast', 'deburr', 'bore', 'mill', 'wash', 'coat', 'cure', 'assemble'];
  const inspected = new Map(table('inspections').map(row => [row.inspection, row.inspected_at]));
  const last = new Map<string, number>();
  const operations = table('operations').sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  const wrong: unknown[] = [];
  for (const {part, run, started_at, ended_at} of operations) {
    const [from, to] = [Date.parse(started_at), Date.parse(ended_at)];
    const first = Date.parse(inspected.get(`IN-${part}-1`) ?? '');
    const second = Date.parse(inspected.get(`IN-${part}-2`) ?? '');
    const fits = run === '1' ? from >= (last.get(part) ?? 0) : from > first && to < second;
    if (!fits || to <= from || !/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00$/.test(started_at))
      wrong.push([part, run, from, to]);
    if (run === '1') last.set(part, to);
  }
  for (const [id, at] of inspected)
    if (id.endsWith('-1') && Date.parse(at) <= last.get(id.slice(3, -2))!) wrong.push(id);
  expect(wrong).toEqual([]);
  expect(operations.filter(({run}) => run === '2').length).toBeGreaterThan(3);
});

test('clocks follow the daylight saving time of Berlin', () => {
  const berlin = new Intl.DateTimeFormat('sv-SE', {timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium'});
  for (const {starts_at} of table('shifts')) {
    expect(berlin.format(new Date(starts_at)).replace(' ', 'T')).toBe(starts_at.slice(0, 19));
  }
});

test('the newest lots have images instead of results, and the truth knows what each shows', () => {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {images: Record<string, string>};
  const images = readdirSync(join(folder, 'images')).sort();
  expect(Object.keys(truth.images).sort()).toEqual(images);
  const newest = new Set([...ids('parts', 'lot')].slice(-2));
  const waiting = table('parts').filter(row => newest.has(row.lot));
  expect(images.map(name => name.split('_')[0]).sort()).toEqual(waiting.map(row => row.part).sort());
  for (const name of images) expect(name).toMatch(/^S\d{6}_inspect_\d{8}T\d{6}Z_VIS-\d\.png$/);
  const looked = ids('inspections', 'part');
  for (const {part} of waiting) expect(looked.has(part)).toBe(false);
  expect(Object.values(truth.images).filter(kind => kind === 'good').length).toBeGreaterThan(images.length * 0.8);
});

test('fails have defects, passes have none, and a lot is in one place at a time', () => {
  const found = ids('defects', 'inspection');
  for (const {inspection, result} of table('inspections'))
    expect(found.has(inspection), inspection).toBe(result === 'fail');
  const last = new Map<string, number>();
  for (const {id, at} of table('movements')) {
    expect(Date.parse(at)).toBeGreaterThan(last.get(id) ?? 0);
    last.set(id, Date.parse(at));
  }
});

test('genealogy goes several levels deep; a scenario can lose a third of it', async () => {
  const links = table('genealogy');
  const madeOf = (lots: Set<string>) => new Set(links.flatMap(({parent, child}) => (lots.has(child) ? parent : [])));
  const finished = new Set(table('lots').flatMap(({lot, kind}) => (kind === 'finished' ? lot : [])));
  const materials = (lots: Set<string>) =>
    new Set(table('lots').flatMap(({lot, material}) => (lots.has(lot) ? material : [])));
  expect(finished.size).toBeGreaterThan(0);
  const consumed = madeOf(madeOf(finished));
  expect([...materials(consumed)].sort()).toEqual(['fastener', 'melt', 'powder']);
  expect([...materials(madeOf(consumed))].sort()).toEqual(['alloy', 'pigment', 'wire']);
  const count = (at: string) => readFileSync(join(at, 'genealogy.csv'), 'utf8').split('\n').length - 2;
  const whole = count(await write({...OPTIONS, missingGenealogy: 0, uninspectedLots: 0}));
  const lossy = count(await write({...OPTIONS, missingGenealogy: 0.33, uninspectedLots: 0}));
  expect(lossy / whole).toBeGreaterThan(0.55);
  expect(lossy / whole).toBeLessThan(0.79);
});

test('progress is told for each table', () => {
  for (const what of ['parts', 'operations', 'measurements.bore', 'inspections', 'images', 'truth'])
    expect(steps).toContain(what);
});
