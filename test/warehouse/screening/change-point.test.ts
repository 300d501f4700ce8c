/** A rate that changes at a moment: found, dated, and what changed then; a drift or unlike days are none. */
import {describe, expect, test} from 'vitest';
import {testChangePoint} from '../../../warehouse/screening/change-point.ts';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import type {Frame} from '../../../warehouse/screening/frame.ts';
import {groundOf} from '../../../warehouse/screening/ground.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {plantOf} from '../plant-in-a-folder.ts';

const SMALL = {steps: 6, numbers: 2, correlation: 0.01};
const isClaim = ({q, verdict}: {q: number; verdict: string}) => q <= 0.05 && /supported|ambiguous/.test(verdict);

test('a fourfold rate since the middle is claimed in half of the plants or more, and its span holds the true moment', () => {
  let [claimed, held] = [0, 0];
  for (let seed = 1; seed <= 8; seed++) {
    const {frame} = makePlant({...SMALL, seed, lots: 160, partsPerLot: 60, cause: {kind: 'change', ratio: 4, at: 0.5}});
    const finding = evaluate(frame).findings.find(f => f.factor === 'time.change_point');
    if (finding === undefined || !isClaim(finding)) continue;
    claimed++;
    expect(finding).toMatchObject({kind: 'time', branch: 'environment', rank: 1});
    expect(finding.level).toMatch(/^since lot \d+ of 160$/);
    expect(finding.effect.low).toBeGreaterThan(1);
    const [low, high] = (/between lot (\d+) .* and lot (\d+) of/.exec(finding.sentence) ?? []).slice(1).map(Number);
    // Lot 81 is the first of the later half.
    held += Number(low <= 81 && 81 <= high);
  }
  expect(claimed).toBeGreaterThanOrEqual(4);
  expect(held).toBeGreaterThanOrEqual(claimed - 1);
});

test.each([
  ['a threefold drift', {drift: 3}],
  ['days that differ', {dayVariation: 0.5}],
  ['lots alone', {}],
])('%s is no moment', (_, options) => {
  let claimed = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const {frame} = makePlant({...SMALL, seed, lots: 120, ...options});
    claimed += Number(evaluate(frame).findings.some(f => f.factor === 'time.change_point' && isClaim(f)));
  }
  expect(claimed).toBeLessThanOrEqual(1);
});

test('a new release of the inspector is named first, the moment with it', () => {
  const options = {...SMALL, seed: 2, lots: 160, cause: {kind: 'change', ratio: 3, inspector: true} as const};
  const [first] = evaluate(makePlant(options).frame).findings;
  expect(first).toMatchObject({factor: 'inspection.inspector', level: 'eye@2', branch: 'measurement'});
  expect(first.ambiguousWith).toContain('time.change_point');
});

test('the lot of the moment itself belongs to what came since: in the parts counted as in the parts named', () => {
  const [lots, size] = [40, 10];
  const lot = Int32Array.from({length: lots * size}, (_, i) => Math.floor(i / size));
  // One or two of ten fail before lot 21, six or seven since.
  const fails = (l: number) => (l < 20 ? 1 : 6) + (l % 2);
  const frame: Frame = {
    parts: lot.length,
    outcome: Float64Array.from(lot, (l, i) => Number(i % size < fails(l))),
    outcomeKind: 'defective',
    outcomeLabel: 'void',
    lot,
    lots,
    lotsOrdered: true,
    stratum: new Int32Array(lot.length),
    strata: ['all'],
    strataFactors: [],
    factors: [],
  };
  const found = testChangePoint(groundOf(frame, new Uint8Array(lot.length).fill(1), 0.05));
  expect(found?.change).toMatchObject({lot: 20, moment: 'lot 21 of 40'});
  const since = found?.candidates.find(({level}) => level === 'since lot 21 of 40');
  const rows = Int32Array.of(199, 200, 399);
  expect([...since!.at(rows)]).toEqual([0, 1, 1]);
  expect([...since!.exposure().mean]).toEqual(Array.from({length: lots}, (_, l) => Number(l >= 20)));
  expect(found?.factor.kind === 'category' && [...found.factor.codes]).toEqual([...lot].map(l => Number(l >= 20)));
});

describe('in a warehouse', () => {
  test('the moment has a date, and what changed then is told: an event, a program, a material lot', async () => {
    const rows: Record<string, string[]> = {parts: [], operations: [], inspections: [], genealogy: []};
    for (let lot = 0; lot < 60; lot++) {
      const day = new Date(Date.UTC(2026, 0, 1 + lot)).toISOString().slice(0, 10);
      for (let n = 0; n < 20; n++) {
        const part = `P${lot}-${n}`;
        // From 31 January on, the 31st lot, seven of twenty fail where one did before.
        const fails = n < (lot < 30 ? 1 : 7);
        rows.parts.push(`${part},HX,L${lot},${day}T06:00:00Z`);
        rows.operations.push(`${part},bore,B1,${lot < 30 ? 'old' : 'new'},${day}T07:00:00Z,${day}T07:01:00Z`);
        rows.inspections.push(`I${part},${part},${fails ? 'fail' : 'pass'},${day}T08:00:00Z`);
      }
    }
    const warehouse = await plantOf([
      ['parts', `part,product,lot,made_at\n${rows.parts.join('\n')}`],
      ['operations', `part,step,station,program,started_at,ended_at\n${rows.operations.join('\n')}`],
      ['inspections', `inspection,part,result,inspected_at\n${rows.inspections.join('\n')}`],
      [
        'events',
        'station,at,kind,text\nB1,2026-01-30T20:00:00Z,maintenance,spindle\nB1,2026-01-05T20:00:00Z,alarm,door',
      ],
    ]);
    const {findings} = await screen(warehouse, {anyFail: true});
    const moment = findings.find(f => f.factor === 'time.change_point');
    expect(moment).toMatchObject({verdict: 'ambiguous', level: 'since 2026-01-31 06:00 UTC', lots: 30, defective: 210});
    expect(moment?.ambiguousWith).toContain('bore.program');
    expect(moment?.sentence).toContain('bore.program changed between');
    expect(moment?.sentence).toContain('maintenance of B1 (spindle)');
    expect(moment?.sentence).not.toContain('door');
    expect(moment?.sentence).toContain('To tell: put back what changed then');
    expect(findings[0].sentence).toContain(' To tell: ');
    expect(findings[0].factor).toBe('bore.program');
  });
});
