/** The command line as the contract has it: exit codes, JSON on stdout only, sentences on stderr. */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import {ContainAnswer, ScreenAnswer, TraceAnswer} from '../../warehouse/answers.ts';
import {Receipt, RejectedRow} from '../../warehouse/data-answers.ts';
import {Hold} from '../../warehouse/hold-answers.ts';
import {ParetoAnswer, YieldAnswer} from '../../warehouse/pareto-answers.ts';
import {fishbone, fishboneHere, plantFiles, temporaryFolder} from './plant.ts';

test('the main path: files in, questions, a hold by two people', async () => {
  const folder = temporaryFolder();
  const at = ['--warehouse', join(folder, 'W'), '--json'];
  const ingested = await fishbone(['ingest', plantFiles(), ...at]);
  expect(ingested).toMatchObject({code: 0, err: ''});
  const receipts = z.array(Receipt).parse(ingested.json());
  expect(receipts.map(({status}) => status)).toEqual(Array.from({length: 7}, () => 'accepted'));
  expect(receipts.flatMap(r => r.batch)).toEqual([1, 2, 3, 4, 5, 6, 7]);

  // Counted by hand: 4 of 12 parts fail, with one scratch each.
  const pareto = ParetoAnswer.parse((await fishboneHere(['pareto', ...at])).json());
  expect(pareto.basis).toEqual({parts: 12, defectiveParts: 4, defects: 4});
  expect(pareto.bars).toMatchObject([{key: 'scratch', count: 4, parts: 4, share: 1, cumulative: 1}]);
  const filtered = await fishboneHere(['yield', '--where', "bore.tool = 'T7'", ...at]);
  expect(YieldAnswer.parse(filtered.json())).toMatchObject({inspected: 4, passedFirst: 0, fpy: 0});
  const beside = await fishboneHere(['pareto', '--against', "bore.tool = 'T7'", '--defect', 'scratch', ...at]);
  expect(ParetoAnswer.parse(beside.json()).comparison).toMatchObject({
    overall: {now: {parts: 8, defective: 0}, against: {parts: 4, defective: 4}, verdict: 'too-little-data'},
    leftOut: [{product: 'B', parts: 4, side: 'now'}],
  });
  const twice = await fishboneHere(['pareto', '--against', "part.product = 'A'", '--where', "bore.tool = 'T7'", ...at]);
  expect([twice.code, twice.err]).toEqual([2, expect.stringContaining('4 parts would be on both sides')]);
  const screened = ScreenAnswer.parse(
    (await fishboneHere(['screen', '--defect', 'scratch', '--top', '1', ...at])).json(),
  );
  expect(screened).toMatchObject({asOf: 7, population: {parts: 12, defective: 4, lots: 3}});
  expect(screened.findings.length).toBeLessThanOrEqual(1);
  const traced = TraceAnswer.parse((await fishboneHere(['trace', 'P1', ...at])).json());
  expect(traced.backward.map(({id}) => id).sort()).toEqual(['L1', 'S1']);

  const contained = ContainAnswer.parse((await fishboneHere(['contain', "bore.tool = 'T7'", ...at])).json());
  expect(contained).toMatchObject({parts: 4, inHouse: 1, lots: [{lot: 'L1', parts: 4, where: 'stock'}]});
  const why = ['--reason', 'SCRATCH', '--text', 'tool T7'];
  const proposed = Hold.parse(
    (await fishboneHere(['hold', 'propose', contained.id, ...why, '--by', 'Anna', ...at])).json(),
  );
  expect(proposed).toMatchObject({decision: 'proposed', proposedBy: 'Anna', parts: 4});
  const none = await fishboneHere(['hold', 'show', 'H-1', ...at]);
  expect(none).toMatchObject({code: 1, out: ''});
  expect(none.err).toBe(`fishbone: there is no hold H-1\n  the newest: ${proposed.id}; "fishbone hold list" has all\n`);
  const own = await fishboneHere(['hold', 'approve', proposed.id, '--by', ' anna ', ...at]);
  expect(own).toMatchObject({code: 1, out: ''});
  expect(own.err).toContain('proposed hold');
  const approved = Hold.parse((await fishboneHere(['hold', 'approve', proposed.id, '--by', 'Ben', ...at])).json());
  expect(approved.decision).toBe('approved');
  expect(approved.events.map(({what}) => what)).toContain('not sent');

  const counted = await fishboneHere(['chart', 'any-fail', '--kind', 'xbar', ...at]);
  expect(counted.code).toBe(2);
  expect(counted.err).toContain('any-fail is counted, not measured');

  // For people: why nobody was told, and times as the plant's clocks show them.
  const people = {FISHBONE_WAREHOUSE: join(folder, 'W'), FISHBONE_TIME_ZONE: 'Asia/Kolkata'};
  expect((await fishboneHere(['hold', 'list'], people)).out).toMatch(/approved .* no receiver configured\n$/);
  const shown = (await fishboneHere(['hold', 'show', proposed.id], people)).out;
  expect(shown).toContain('Nobody was told: no receiver is configured. Stop 1 lot by hand');
  expect(shown).toMatch(/ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+05:30 {2}approved by Ben\n/);
  expect((await fishboneHere(['screen'], people)).out).toContain('One defect alone may say more');
  expect((await fishboneHere(['doctor'], people)).out).toMatch(
    /^WARN {2}backup: never made\n {8}"fishbone backup DIR"/m,
  );
});

describe('exit codes', () => {
  test('2 for wrong usage, with a sentence and nothing on stdout', async () => {
    const none = temporaryFolder();
    const wrong: [string[], RegExp][] = [
      [['chrat', 'torque'], /unknown command 'chrat'/],
      [['chart', 'torque', '--kind', 'pie'], /Allowed choices are xbar/],
      [['ingest'], /missing required argument/],
      [['pareto', '--as-of', 'x'], /has to be a whole number/],
      [['screen', '--from', 'soon'], /from: "soon" is no time: write 2026-05-14/],
      [['screen', '--cluster', 'crate'], /cluster: has to be one of lot, part, not "crate"/],
      [['screen', '--top', '0'], /top: has to be more than 0, not 0/],
      [['find', 'x'.repeat(201)], /text: may have 200 characters at most/],
      [
        ['chart', 'torque', '--kind', 'imr', '--baseline', '2026'],
        /baseline: has to be FROM\.\.TO, such as .*, not "2026"/,
      ],
      [['key', 'rotate', 'x', '--keep-hours', 'soon'], /has to be a number, 0 or more/],
      [['verify', '--published', join(none, 'nowhere')], /nowhere cannot be read: ENOENT.*\n.*fishbone publish/],
      [['demo', '--scenario', 'nope'], /no scenario "nope"/],
      [['trace', 'P1', '--kind', 'box'], /kind: has to be one of part, lot, work_order, not "box"/],
      [['key', 'create', '--role', 'viewer', '--name', ''], /name: must not be empty/],
      [['ingest', 'x.csv', '--table', 'partz'], /no table "partz"/],
      [['ingest', 'x.csv', '--time-zone', 'Mars/Base'], /no time zone "Mars\/Base"/],
      [['key', 'create', '--role', 'boss', '--name', 'x'], /Allowed choices are viewer/],
    ];
    for (const [k, [args, sentence]] of wrong.entries()) {
      const run = k === 0 ? fishbone : fishboneHere;
      const {code, out, err} = await run(args, {FISHBONE_WAREHOUSE: none});
      expect({args, code, out}).toEqual({args, code: 2, out: ''});
      expect(err).toMatch(sentence);
      expect(err).not.toContain('    at ');
    }
  });

  test('0 for help and for the version, which is what the package says', async () => {
    const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await fishboneHere(['--version'])).toMatchObject({code: 0, out: `${version}\n`});
    expect((await fishboneHere(['--help'])).code).toBe(0);
  });

  test('a path that cannot be written to is told as one, not as a fault of the program', async () => {
    const folder = temporaryFolder();
    const at = ['--warehouse', join(folder, 'W')];
    await fishboneHere(['ingest', plantFiles(), ...at]);
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    for (const args of [
      ['export', 'parts', '--out', join(file, 'x.csv')],
      ['publish', join(file, 'x')],
      ['backup', join(file, 'x')],
    ]) {
      const {code, err} = await fishboneHere([...args, ...at]);
      expect({args, failed: code > 0}).toEqual({args, failed: true});
      expect(err).toMatch(/cannot be (written|made): /);
      expect(err).not.toContain('should not have happened');
    }
  });

  test('1 where there is no warehouse, and none is made by asking', async () => {
    const folder = join(temporaryFolder(), 'typo');
    const {code, err} = await fishbone(['pareto', '--warehouse', folder]);
    expect(code).toBe(1);
    expect(err).toContain(`there is no warehouse in ${folder}`);
    expect(existsSync(folder)).toBe(false);
  });

  test('a load that is refused, or only tried, leaves no warehouse behind, nor the folders above it', async () => {
    const folder = temporaryFolder();
    const at = ['--warehouse', join(folder, 'new', 'W')];
    const [file, odd] = [join(folder, 'parts.csv'), join(folder, 'odd.csv')];
    writeFileSync(file, 'part,product\nP1,A\n');
    writeFileSync(odd, 'a,b\n1,2\n');
    expect((await fishboneHere(['ingest', odd, ...at])).code).toBe(1);
    const dry = await fishboneHere(['ingest', file, '--dry-run', ...at]);
    expect(dry).toMatchObject({code: 0});
    expect(dry.out).toContain('1 file: 1 row would be accepted, 0 rejected. Nothing was changed.');
    const bad = join(folder, 'parts.1.csv');
    writeFileSync(bad, 'part,product\nA,HX\n,HX\n');
    const dryBad = await fishboneHere(['ingest', bad, '--dry-run', ...at]);
    expect(dryBad).toMatchObject({code: 3});
    expect(dryBad.out).toContain(`${bad}: parts, line 3: part: missing, but required\n`);
    expect(dryBad.out).not.toContain('quarantine');
    expect((await fishboneHere(['infer', odd, '--model', 'none', ...at])).code).toBe(2);
    expect(existsSync(join(folder, 'new'))).toBe(false);

    // What was there stays: a configuration is written before the first load.
    const configured = join(folder, 'V');
    mkdirSync(configured);
    writeFileSync(join(configured, 'fishbone.json'), '{"plant": "k"}');
    expect((await fishboneHere(['ingest', odd, '--warehouse', configured])).code).toBe(1);
    expect(readdirSync(configured)).toEqual(['fishbone.json']);
    // Rows that wait in the quarantine are something.
    writeFileSync(file, 'part,product\n,A\n');
    expect((await fishboneHere(['ingest', file, ...at])).code).toBe(3);
    expect(existsSync(join(folder, 'new', 'W', 'ledger'))).toBe(true);
  });

  test('a load ends with what came in and what did not', async () => {
    const folder = temporaryFolder();
    const at = ['--warehouse', join(folder, 'W')];
    const files = join(folder, 'files');
    mkdirSync(files);
    const empty = await fishboneHere(['ingest', files, ...at]);
    expect(empty).toMatchObject({code: 0, out: `Nothing to take in: no file with tables is in ${files}.\n`});
    for (const k of [1, 2, 3, 4]) writeFileSync(join(files, `${k}.png`), 'x');
    writeFileSync(join(files, 'wafer.klarf'), 'x');
    writeFileSync(join(files, 'odd.csv'), 'a,b\n1,2\n');
    writeFileSync(join(files, 'parts.csv'), 'part,product\nP1,A\nP2,A\n,A\n');
    const {code, out, err} = await fishboneHere(['ingest', files, ...at]);
    expect(code).toBe(1);
    expect(out.trim().split('\n').at(-1)).toBe(
      '2 files: 2 rows accepted, 1 rejected; 1 file could not be used; 5 left out.',
    );
    expect(err).toContain('1.png and 3 others are left out: a PNG image: images go through `fishbone infer`');
    expect(err).toContain('wafer.klarf is left out: KLARF');
    const again = await fishboneHere(['ingest', join(files, 'parts.csv'), ...at]);
    expect(again.out).toContain('1 file: 0 rows accepted');
    expect((await fishboneHere(['ingest', files, ...at, '--json'])).json()).toHaveLength(2);
  });

  test('1 for files that cannot be used, each with its sentence; the good one is in', async () => {
    const folder = temporaryFolder();
    const file = (name: string, text: string) => {
      mkdirSync(join(folder, name, '..'), {recursive: true});
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const paths = [
      file('parts.csv', 'part,product\nP1,A\n'),
      file('unknown/lots.csv', 'lot,material,colour\nL1,steel,red\n'),
      file('missing/lots.csv', 'lot,supplier\nL1,Alp\n'),
      file('empty/lots.csv', ''),
      file('not/lots.parquet', 'lot,material\nL1,steel\n'),
      join(folder, 'nowhere.csv'),
    ];
    const ran = await fishboneHere(['ingest', ...paths, '--json', '--warehouse', join(folder, 'W')]);
    expect(ran.code).toBe(1);
    const receipts = z.array(Receipt).parse(ran.json());
    expect(receipts.filter(({status}) => status === 'accepted').map(({source}) => source)).toEqual([paths[0]]);
    const sentences = [
      /no column "colour"/,
      /needs the column "material"/,
      /is empty/,
      /not Parquet/,
      /does not exist/,
    ];
    for (const sentence of sentences) expect(ran.err).toMatch(sentence);
    expect(ran.err.trim().split('\n')).toHaveLength(6);
    expect(ran.err).toContain('its bytes are kept, no row of it: see "fishbone quarantine list"');
  });

  test('3 with rejected rows, which the quarantine names by line and field, and a replay takes back', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'inspections.csv');
    writeFileSync(path, 'inspection,part,inspected_at,result\nI1,P1,2024-01-01 06:00,pass\nI2,P2,soon,pass\n');
    const at = ['--warehouse', join(folder, 'W'), '--json'];
    const first = await fishbone(['ingest', path, ...at]);
    expect(first.code).toBe(3);
    const [{id}] = (await fishboneHere(['quarantine', ...at])).json<{batches: {id: string}[]}>().batches;
    const {rows} = z
      .object({rows: z.array(RejectedRow)})
      .parse((await fishboneHere(['quarantine', 'show', id, ...at])).json());
    expect(rows.map(({line, field}) => [line, field])).toEqual([
      [2, 'inspected_at'],
      [3, 'inspected_at'],
    ]);
    // The first row only lacked a time zone; the second stays where it is.
    const again = await fishboneHere(['quarantine', 'replay', id, '--time-zone', 'Europe/Berlin', ...at]);
    expect(again.code).toBe(3);
    expect(z.array(Receipt).parse(again.json())).toMatchObject([{tables: [{accepted: 1, rejected: 1}]}]);
    const show = (await fishboneHere(['quarantine', 'show', id, ...at])).json<{rows: RejectedRow[]}>();
    expect(show.rows.map(({line}) => line)).toEqual([3]);
  });

  test('4 for a ledger that was altered', async () => {
    const folder = join(temporaryFolder(), 'W');
    await fishboneHere(['key', 'create', '--role', 'admin', '--name', 'Ada', '--warehouse', folder]);
    const ledger = join(folder, 'ledger', 'ledger.ndjson');
    writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('Ada', 'Eve'));
    const asked = await fishboneHere(['key', 'list', '--warehouse', folder]);
    const verified = await fishbone(['verify', '--json', '--warehouse', folder]);
    expect(asked).toMatchObject({code: 4, out: ''});
    expect(asked.err).toMatch(/ledger.*damaged/);
    expect(verified.code).toBe(4);
    expect(verified.json()).toMatchObject({ok: false});
  });
});

test('the demo keeps out of a warehouse that holds other data, and knows its scenarios', async () => {
  const folder = join(temporaryFolder(), 'W');
  await fishboneHere(['ingest', plantFiles(), '--warehouse', folder]);
  const spoiling = await fishboneHere(['demo', '--no-serve', '--json', '--warehouse', folder]);
  expect(spoiling).toMatchObject({code: 1, out: ''});
  expect(spoiling.err).toContain('holds other data');
  const unknown = await fishboneHere(['demo', '--no-serve', '--scenario', 'gremlins', '--warehouse', folder]);
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('the scenarios are');
});

test('a warehouse that lost its ledger is not opened: the archive stays as it was', async () => {
  const folder = join(temporaryFolder(), 'W');
  await fishboneHere(['ingest', plantFiles(), '--warehouse', folder]);
  const batches = join(folder, 'archive', 'batches');
  const before = readdirSync(batches);
  rmSync(join(folder, 'ledger'), {recursive: true});
  const {code, err} = await fishboneHere(['pareto', '--warehouse', folder]);
  expect(code).toBe(4);
  expect(err).toContain('the ledger of the warehouse');
  expect(readdirSync(batches)).toEqual(before);
});

test('a plant keeps the id that its warehouse was made with', async () => {
  const folder = join(temporaryFolder(), 'W');
  const make = ['key', 'create', '--role', 'admin', '--name', 'Ada', '--warehouse', folder];
  expect((await fishboneHere(make, {FISHBONE_PLANT: 'ulm'})).code).toBe(0);
  const {code, err} = await fishboneHere(['key', 'list', '--warehouse', folder], {FISHBONE_PLANT: 'graz'});
  expect(code).toBe(2);
  expect(err).toContain('belongs to plant ulm, but the configuration says graz');
});

test('text for people is aligned, and bears no colour when nobody watches', async () => {
  const folder = temporaryFolder();
  const ran = await fishboneHere(['ingest', plantFiles(), '--warehouse', folder]);
  expect(ran.out).toMatch(/^ {2}batch {2}status {4}table {8}accepted/);
  const {out} = await fishboneHere(['pareto', '--warehouse', folder]);
  expect(out).toContain('4 defects on 4 parts of 12 inspected');
  expect(out).not.toContain('\u001b');
});
