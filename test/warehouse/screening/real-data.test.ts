/**
 * Wide files of real plants, screened from start to finish. Oracle: scipy.stats.mannwhitneyu 1.17.1 (asymptotic, without
 * continuity correction) on the same columns. A number is tested in four shapes, so its p is four times the smallest.
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ingestFiles} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {plantOf} from '../plant-in-a-folder.ts';

const SHARED = process.env.FISHBONE_SHARED ?? new URL('../../../../shared', import.meta.url).pathname;
const present = existsSync(join(SHARED, 'data'));
if (!present) console.warn(`NOT TESTED: real data sets are not at ${SHARED}/data; set FISHBONE_SHARED`);

async function load(name: string, file: string) {
  const warehouse = await plantOf([]);
  const mapping = new URL(`../../../ingest/mappings/${name}.json`, import.meta.url).pathname;
  await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [join(SHARED, 'data', file)], {mapping});
  return warehouse;
}

describe.skipIf(!present)('real data', () => {
  test('steel plates: what sets K scratches apart, in the order and with the p of the rank test', async () => {
    const warehouse = await load('steel-plates', 'steel-plates/faults.csv');
    const answer = await screen(warehouse, {defect: 'K_Scatch'});
    const {question, population} = answer;
    // The rank test knows no pairs.
    const findings = answer.findings.filter(({kind}) => kind === 'number');
    expect(population).toEqual({parts: 1941, defective: 391, lots: 0});
    expect(question).toMatchObject({cluster: 'part', strata: []});
    expect(question.notes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/no lots are known.*claims too much/),
        expect.stringMatching(/without times/),
      ]),
    );
    const oracle = {
      Sum_of_Luminosity: 6.851808357297271e-148,
      Outside_X_Index: 4.264324181609724e-144,
      Log_X_Index: 2.979195346659427e-141,
      LogOfAreas: 3.7956612282074845e-138,
      Pixels_Areas: 3.795670990918978e-138,
    };
    expect(findings.slice(0, 5).map(f => f.factor)).toEqual(Object.keys(oracle));
    for (const [k, p] of Object.values(oracle).entries()) {
      // So far out in the tail, a tenth in log10 p is less than one part in a thousand of z.
      expect(Math.abs(Math.log10(findings[k].p) - Math.log10(4 * p))).toBeLessThan(0.1);
    }
  });

  test("SECOM: the sensor that leads the rank test leads here; no p is below four times the rank test's", async () => {
    const warehouse = await load('secom', 'secom/secom_raw_1567x207_labelled.csv');
    const {population, findings} = await screen(warehouse, {anyFail: true});
    expect(population).toEqual({parts: 1567, defective: 104, lots: 0});
    expect(findings[0]).toMatchObject({factor: 's59', verdict: 'supported', kind: 'number'});
    expect(findings[0].effect.low).toBeGreaterThan(1);
    const oracle = {s59: 5.6743542188167116e-11, s247: 1.0702853874529322e-6, s510: 3.4507360473130878e-6};
    for (const [sensor, p] of Object.entries(oracle)) {
      const finding = findings.find(f => f.factor === sensor);
      // s247 moves with s59 and with a change of the rate in August 2008.
      expect(finding?.verdict).toMatch(/supported|ambiguous/);
      // Four shapes by Bonferroni; likeness in time only adds to that.
      expect(finding?.p).toBeGreaterThanOrEqual(p);
    }
  });

  test('AI4I: each way to fail is told by the variables of its rule, and noise by none', async () => {
    const warehouse = await load('ai4i-2020', 'ai4i-2020/ai4i2020.csv');
    // The rules as Matzka (2020), Explainable AI for Predictive Maintenance, AI4I, states them. Torque falls as speed rises,
    // and the process is as warm as the air: either may be taken for the other.
    for (const [mode, rule, alike] of [
      ['HDF', ['rotational_speed_rpm', 'air_temperature_k'], ['torque_nm', 'process_temperature_k']],
      ['PWF', ['torque_nm', 'rotational_speed_rpm'], []],
      ['OSF', ['torque_nm', 'tool_wear_min'], ['rotational_speed_rpm']],
      ['TWF', ['tool_wear_min'], []],
      ['RNF', [], []],
    ] as const) {
      const {findings, population} = await screen(warehouse, {defect: mode});
      expect(population.parts).toBe(10_000);
      const claims = findings.filter(f => f.q <= 0.05 && /supported|ambiguous/.test(f.verdict));
      if (mode === 'RNF') expect(claims).toEqual([]);
      const told = claims.filter(f => f.kind === 'number');
      const factors = (verdict: string) => told.filter(f => f.verdict === verdict).map(({factor}) => factor);
      expect(factors('supported'), mode).toEqual(rule);
      expect(factors('ambiguous'), mode).toEqual(alike);
      // Worn tools fail at a moment between 200 and 240 minutes.
      if (mode === 'TWF') expect(told[0].threshold?.value).toBeGreaterThanOrEqual(200);
    }
  });

  test('cylinder bands: what was no longer written down when bands grew frequent is told with the moment, not as a cause', async () => {
    const warehouse = await load('cylinder-bands', 'cylinder-bands/bands.data');
    const {population, findings} = await screen(warehouse, {anyFail: true});
    expect(population).toEqual({parts: 540, defective: 228, lots: 262});
    const claims = findings.filter(({q, verdict}) => q <= 0.05 && /supported|ambiguous/.test(verdict));
    const moment = claims.find(({factor}) => factor === 'time.change_point');
    expect(moment).toMatchObject({verdict: 'ambiguous'});
    expect(moment?.sentence).toContain('since 1991-09');
    const unwritten = claims.find(({factor}) => factor === 'ink_pct');
    expect(unwritten).toMatchObject({kind: 'missing', verdict: 'ambiguous'});
    expect(moment?.ambiguousWith).toContain('ink_pct');
  });
});
