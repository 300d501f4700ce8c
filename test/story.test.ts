/**
 * Read this first. One source file travels through every station of the program: a line's export, one row a part, becomes
 * accepted rows and rejects, a ledger entry, facts, a finding, a Pareto, a trace, a suspect population, a hold, and a
 * message that the plant's MES has acknowledged. Nothing here is a stand-in: real files, a real database, real HTTP.
 */
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../api/app.ts';
import {ingest} from '../api/load-files.ts';
import {type DemoMes, startDemoMes} from '../api/write-back/demo-mes.ts';
import type {ContainAnswer, Finding} from '../warehouse/answers.ts';
import {contain} from '../warehouse/contain.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import type {Hold} from '../warehouse/hold-answers.ts';
import {pareto} from '../warehouse/pareto.ts';
import {showQuarantine} from '../warehouse/quarantine.ts';
import {screen} from '../warehouse/screening/screen.ts';
import {trace} from '../warehouse/trace.ts';
import {rebuild, verify} from '../warehouse/verify.ts';

const LOTS = 40;
const PARTS_PER_LOT = 30;
const folder = mkdtempSync(join(tmpdir(), 'fishbone-story-'));
const warehouse = join(folder, 'warehouse');
let mes: DemoMes;
let app: App;

beforeAll(async () => {
  writeFileSync(join(folder, 'secret'), 'whsec_c3RvcnktdGVzdC1zZWNyZXQtMTIzNDU2Nzg=');
  mes = await startDemoMes({secret: readFileSync(join(folder, 'secret'), 'utf8')});
  const receivers = {mes: {driver: 'webhook' as const, url: mes.url, secretFile: join(folder, 'secret')}};
  app = await openApp(warehouse, {make: true, config: {plant: 'story', receivers}});
});
afterAll(async () => {
  await app.close();
  await mes.stop();
  rmSync(folder, {recursive: true, force: true});
});

let receipt: Receipt;
let finding: Finding;
let suspects: ContainAnswer;
let hold: Hold;

test('1 a file of the line is taken in: good rows accepted, the bad one quarantined with its line and reason', async () => {
  writeFileSync(join(folder, 'line.csv'), lineExport());
  writeFileSync(join(folder, 'line.json'), JSON.stringify(MAPPING));
  [receipt] = await ingest(app, [join(folder, 'line.csv')], {mapping: join(folder, 'line.json')});
  expect(receipt).toMatchObject({batch: 1, status: 'partly-rejected'});
  expect(receipt.tables.find(t => t.table === 'parts')).toMatchObject({accepted: LOTS * PARTS_PER_LOT, rejected: 0});
  // The last line of the export gives a torque of "n/a"; the header is line 1.
  const {
    rows: [reject],
  } = await showQuarantine(app.warehouse, '1');
  expect(reject).toMatchObject({line: 1 + LOTS * PARTS_PER_LOT, field: 'Torque Nm', reason: 'not a number: "n/a"'});
});

test('2 it is in the ledger, its bytes and its rows are in the archive, and sending it again changes nothing', async () => {
  const entry = app.warehouse.entries().find(({kind}) => kind === 'batch');
  expect(entry?.body).toMatchObject({batch: 1, digest: receipt.digest});
  const kept = await app.warehouse.lendRaw(receipt.digest, async path => readFileSync(path, 'utf8'));
  expect(kept).toBe(lineExport());
  expect(existsSync(join(warehouse, 'ledger', 'ledger.ndjson'))).toBe(true);
  const [again] = await ingest(app, [join(folder, 'line.csv')], {mapping: join(folder, 'line.json')});
  expect(again).toMatchObject({batch: null, status: 'duplicate'});
  expect(app.warehouse.position).toBe(1);
});

test('3 its rows are facts that anybody can query', async () => {
  const rows = await app.warehouse.read(undefined, session =>
    session.rows("select count(*) as parts, round(avg(torque), 6) as torque from step_bore where part like 'S%'"),
  );
  // One torque of 1,200 is missing; every lot has 20.0, 20.1, ... 22.9 in some order.
  const sum = LOTS * sumOf(PARTS_PER_LOT, n => 20 + n / 10) - torqueOf(PARTS_PER_LOT - 1);
  expect(rows).toEqual([
    {parts: LOTS * PARTS_PER_LOT - 1, torque: Number((sum / (LOTS * PARTS_PER_LOT - 1)).toFixed(6))},
  ]);
});

test('4 the screening names the tool, within product, although another product fails more often', async () => {
  const answer = await screen(app.warehouse, {defect: 'scratch'});
  [finding] = answer.findings;
  expect(answer).toMatchObject({asOf: 1, population: {parts: LOTS * PARTS_PER_LOT, lots: LOTS}});
  expect(answer.question).toMatchObject({cluster: 'lot', strata: ['part.product']});
  expect(finding).toMatchObject({
    factor: 'bore.tool',
    level: 'T7',
    verdict: 'supported',
    rank: 1,
    lots: 10,
    parts: 300,
  });
  expect(finding.q).toBeLessThan(0.05);
  expect(finding.effect.low).toBeGreaterThan(1);
  // By hand: T7 makes 6 scratches in 30 parts where other tools make 2 (HX-100) and 8 where they make 4 (HX-200).
  expect(finding.crude.value).toBeCloseTo((5 * 6 + 5 * 8) / 300 / ((15 * 2 + 15 * 4) / 900), 6);
});

test('5 the Pareto counts parts and defects', async () => {
  const {basis, bars} = await pareto(app.warehouse, {by: 'defect'});
  expect(basis).toEqual({parts: 1200, defectiveParts: 160, defects: 160});
  expect(bars).toMatchObject([{key: 'scratch', parts: 160, share: 1, cumulative: 1}]);
});

test('6 any part tells its story, any lot what became of it', async () => {
  const part = await trace(app.warehouse, {id: 'S07-00'});
  expect(part.kind).toBe('part');
  expect(part.history.map(h => h.what)).toEqual(expect.arrayContaining(['operation', 'inspection']));
  expect(part.backward).toContainEqual(expect.objectContaining({kind: 'lot', id: 'L07'}));
  const lot = await trace(app.warehouse, {id: 'L07', kind: 'lot', forward: true});
  expect(lot.forward.filter(f => f.kind === 'part')).toHaveLength(PARTS_PER_LOT);
});

test('7 the finding becomes a suspect population: every part that the tool touched, in whole lots', async () => {
  suspects = await contain(app.warehouse, {target: finding.id});
  expect(suspects.parts).toBe(300);
  expect(suspects.lots.map(l => l.lot).sort()).toEqual(lotsOf(lot => lot % 4 === 3));
});

test('8 one person proposes the hold, another approves it', async () => {
  hold = await app.proposeHold({contained: suspects.id, reason: 'DEFECT', text: finding.sentence, by: 'Ada'});
  await expect(app.holds.approve(hold.id, 'ada ')).rejects.toThrow(/cannot approve/);
  hold = await app.holds.approve(hold.id, 'Grace');
  expect(hold.decision).toBe('approved');
  expect(hold.lots.map(l => l.delivery)).toEqual(Array(10).fill('queued'));
});

test('9 the MES holds those lots and no others, each told once', async () => {
  await app.deliver(30);
  expect(app.holds.show(hold.id).lots.map(l => l.delivery)).toEqual(Array(10).fill('acknowledged'));
  expect([...mes.held.keys()].sort()).toEqual(lotsOf(lot => lot % 4 === 3));
  expect(mes).toMatchObject({repeats: 0, forged: 0, overtaken: 0});
});

test('10 nothing of this is lost with the database: it is made anew from ledger and archive, and says the same', async () => {
  const before = await screen(app.warehouse, {defect: 'scratch'});
  await app.close();
  expect(await verify(warehouse)).toMatchObject({ok: true, problems: []});
  await rebuild(warehouse);
  // Answers that were kept would prove nothing.
  rmSync(join(warehouse, 'answers'), {recursive: true});
  app = await openApp(warehouse, {config: {receivers: app.config.receivers}});
  expect(await screen(app.warehouse, {defect: 'scratch'})).toEqual(before);
  expect(app.holds.show(hold.id)).toMatchObject({decision: 'approved', proposedBy: 'Ada'});
});

/** 40 lots of 30 parts. Every fourth lot is bored with T7; odd pairs of lots are HX-200, which scratches more anyway. */
function lineExport(): string {
  const lines = ['Serial,Product,Lot,Bore tool,Bored,Torque Nm,Inspected,OK'];
  for (let lot = 0; lot < LOTS; lot++) {
    const product = lot % 8 < 4 ? 'HX-100' : 'HX-200';
    const tool = lot % 4 === 3 ? 'T7' : `T${(lot % 4) + 1}`;
    const scratched = (product === 'HX-200' ? 4 : 2) + (tool === 'T7' ? 4 : 0);
    const day = `2026-${lot < 28 ? '02' : '03'}-${String((lot % 28) + 1).padStart(2, '0')}`;
    for (let n = 0; n < PARTS_PER_LOT; n++) {
      const last = lot === LOTS - 1 && n === PARTS_PER_LOT - 1;
      const minute = String(n).padStart(2, '0');
      const times = [`${day}T06:${minute}:00Z`, `${day}T09:${minute}:00Z`];
      const torque = last ? 'n/a' : torqueOf(n).toFixed(1);
      const cells = [
        serial(lot, n),
        product,
        lotId(lot),
        tool,
        times[0],
        torque,
        times[1],
        (n * 11 + lot * 7) % PARTS_PER_LOT < scratched ? 'N' : 'Y',
      ];
      lines.push(cells.join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

const MAPPING = {
  tables: {
    parts: {part: 'Serial', product: 'Product', lot: 'Lot', made_at: 'Bored'},
    operations: {part: 'Serial', step: {constant: 'bore'}, tool: 'Bore tool', started_at: 'Bored', ended_at: 'Bored'},
    measurements: {part: 'Serial', step: {constant: 'bore'}, parameters: {'Torque Nm': 'torque'}},
    inspections: {
      inspection: {join: [{constant: 'I'}, 'Serial'], with: '-'},
      part: 'Serial',
      inspected_at: 'Inspected',
      result: {map: 'OK', values: {Y: 'pass', N: 'fail'}},
    },
    defects: {
      only: {OK: ['N']},
      inspection: {join: [{constant: 'I'}, 'Serial'], with: '-'},
      defect: {constant: 'scratch'},
    },
  },
};

/** Has nothing to do with which parts are scratched. */
function torqueOf(n: number): number {
  return 20 + ((n * 7) % PARTS_PER_LOT) / 10;
}

function serial(lot: number, n: number): string {
  return `S${String(lot).padStart(2, '0')}-${String(n).padStart(2, '0')}`;
}

function lotId(lot: number): string {
  return `L${String(lot).padStart(2, '0')}`;
}

function lotsOf(wanted: (lot: number) => boolean): string[] {
  return Array.from({length: LOTS}, (_, lot) => lot)
    .filter(wanted)
    .map(lotId);
}

function sumOf(count: number, value: (n: number) => number): number {
  return Array.from({length: count}, (_, n) => value(n)).reduce((sum, v) => sum + v, 0);
}
