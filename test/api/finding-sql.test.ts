/** The query beside a finding, run as anybody would by `fishbone sql`, gives the finding's counts. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {runOperation} from '../../api/operations.ts';
import {makePlant} from '../../ingest/demo-plant/plant.ts';
import {writePlant} from '../../ingest/demo-plant/write.ts';
import type {Finding, ScreenQuestion} from '../../warehouse/answers.ts';

const folder = mkdtempSync(join(tmpdir(), 'fishbone-finding-sql-'));
const CALLER = {authenticated: null};
let app: App;

beforeAll(async () => {
  const plant = makePlant({seed: 1, parameters: 8, lots: 60, partsPerLot: 25, uninspectedLots: 0, effect: 5});
  await writePlant(join(folder, 'plant'), plant);
  app = await openApp(join(folder, 'warehouse'), {make: true});
  await ingest(app, [join(folder, 'plant')]);
  await ingest(app, [join(folder, 'plant', 'wide', 'measurements.bore.csv')], {wide: true});
});
afterAll(async () => {
  await app?.close();
  rmSync(folder, {recursive: true, force: true});
});

interface Row {
  level: string;
  parts: number;
  defective?: number;
  mean?: number;
}

async function countsOf(id: string): Promise<{reason: string | null; rows: Row[]}> {
  const {counts, asOf} = await runOperation(app, 'statements', {of: 'finding', question: {id}}, CALLER);
  if (counts?.sql == null) return {reason: counts?.reason ?? null, rows: []};
  const {rows} = await runOperation(app, 'query', {sql: counts.sql, asOf}, CALLER);
  return {reason: null, rows: rows as unknown as Row[]};
}

/** The first of each kind and source: every query waits for a process of its own. */
function sampled(findings: readonly Finding[], most: number): Finding[] {
  const seen = new Set<string>();
  return findings
    .filter(({kind, factor}) => {
      const source = `${kind} ${factor.replace(/^(?!material|part|inspection|time)[^.]+/, 'step')}`;
      return !seen.has(source) && seen.add(source);
    })
    .slice(0, most);
}
const isExposed =
  ({kind, level}: Finding) =>
  (row: Row) =>
    row.level === (kind === 'category' ? level : 'exposed');

const QUESTIONS: Record<string, ScreenQuestion> = {
  'any fail': {anyFail: true},
  'a defect of some parts': {defect: 'scratch', where: "bore.tool in ('T7', 'T3') or part.product = 'HX-100'"},
  'a window, a product': {anyFail: true, product: 'HX-200', from: '2026-02-20T00:00:00Z'},
  'two selections': {where: "bore.tool = 'T7'", against: "not bore.tool = 'T7'"},
  'a measurement': {measurement: 'bore.diameter'},
};

test.each(Object.entries(QUESTIONS))('%s', async (_, question) => {
  const {findings, population} = await runOperation(app, 'screen', question, CALLER);
  let told = 0;
  const kinds = new Set<string>();
  for (const finding of sampled(findings, question.anyFail && !question.product ? 7 : 3)) {
    const {reason, rows} = await countsOf(finding.id);
    if (reason !== null) {
      expect([finding.factor, finding.where, reason]).toEqual([
        finding.factor,
        null,
        expect.stringMatching(/draws no line|names no parts/),
      ]);
      continue;
    }
    if (finding.parts === 0) continue;
    told++;
    kinds.add(finding.kind);
    const exposed = rows.find(isExposed(finding));
    const counted = {parts: exposed?.parts, ...(question.measurement ? {} : {defective: exposed?.defective})};
    expect({factor: finding.factor, ...counted}).toEqual({
      factor: finding.factor,
      parts: finding.parts,
      ...(question.measurement ? {} : {defective: finding.defective}),
    });
    expect(rows.reduce((sum, {parts}) => sum + parts, 0)).toBe(population.parts);
  }
  expect([told > 1, kinds.size > 0]).toEqual([true, true]);
});

test('the levels of a category are those that its panel shows', async () => {
  const {findings} = await runOperation(app, 'screen', {defect: 'scratch'}, CALLER);
  const tool = findings.find(({factor}) => factor === 'bore.tool')!;
  const {levels} = await runOperation(app, 'finding', {id: tool.id}, CALLER);
  const {rows} = await countsOf(tool.id);
  const plain = (all: readonly Row[]) => all.map(({level, parts, defective}) => ({level, parts, defective}));
  const byLevel = (a: Row, b: Row) => (a.level < b.level ? -1 : 1);
  expect(plain(rows)).toEqual(plain(levels).sort(byLevel));
});
