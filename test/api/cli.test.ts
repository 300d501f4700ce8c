/** The command line as the contract has it: exit codes, JSON on stdout only, sentences on stderr. */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';
import {ContainAnswer, Hold, ScreenAnswer, TraceAnswer} from '../../warehouse/answers.ts';
import {Receipt, RejectedRow} from '../../warehouse/data-answers.ts';
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
  const own = await fishboneHere(['hold', 'approve', proposed.id, '--by', ' anna ', ...at]);
  expect(own).toMatchObject({code: 1, out: ''});
  expect(own.err).toContain('proposed hold');
  const approved = Hold.parse((await fishboneHere(['hold', 'approve', proposed.id, '--by', 'Ben', ...at])).json());
  expect(approved.decision).toBe('approved');
  expect(approved.events.map(({what}) => what)).toContain('not sent');
});

describe('exit codes', () => {
  test('2 for wrong usage, with a sentence and nothing on stdout', async () => {
    const none = temporaryFolder();
    const wrong: [string[], RegExp][] = [
      [['chrat', 'torque'], /unknown command 'chrat'/],
      [['chart', 'torque', '--kind', 'pie'], /Allowed choices are xbar/],
      [['ingest'], /missing required argument/],
      [['pareto', '--as-of', 'x'], /has to be a whole number/],
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

  test('1 where there is no warehouse, and none is made by asking', async () => {
    const folder = join(temporaryFolder(), 'typo');
    const {code, err} = await fishbone(['pareto', '--warehouse', folder]);
    expect(code).toBe(1);
    expect(err).toContain(`there is no warehouse in ${folder}`);
    expect(existsSync(folder)).toBe(false);
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
    expect(ran.err.trim().split('\n')).toHaveLength(5);
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
