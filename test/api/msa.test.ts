/** Measurement systems by both doors: the same answers from the command line and over HTTP. */
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ingest} from '../../api/load-files.ts';
import type {AgreementAnswer, GageAnswer, LinearityAnswer, StudiesAnswer} from '../../warehouse/msa-answers.ts';
import type {StatementsAnswer} from '../../warehouse/statement-answers.ts';
import {writeGageStudies} from '../warehouse/measurement-systems/study-files.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

/** AIAG's gaskets and sizes as files, and an inspector whose word on ten parts was reviewed. */
function studyFiles(): string {
  const files = join(temporaryFolder(), 'study');
  const write = writeGageStudies(files);
  write('inspections.csv', [
    'inspection,part,step,inspector,result,verification',
    ...Array.from({length: 10}, (_, k) => `i${k},G${k + 1},lab,m@1,${k < 4 ? 'fail,rejected' : 'pass,confirmed'}`),
  ]);
  return files;
}

test('over HTTP', async () => {
  const {app, http} = await servedPlant({empty: true});
  await ingest(app, [studyFiles()]);
  const gage = await http.inject({url: '/v1/gage/lab.thickness?lsl=-4&usl=4&keepInteraction=false'});
  expect(gage.statusCode).toBe(200);
  const answer = gage.json<GageAnswer>();
  // Minitab, gageaiag, tolerance 8.
  expect(answer.components[0].contribution).toBeCloseTo(7.76, 2);
  expect(answer.components[0].percentTolerance!.value).toBeCloseTo(22.68, 2);
  const studies = await http.inject({url: '/v1/studies'});
  expect(studies.json<StudiesAnswer>()).toMatchObject({
    gage: [{parameter: 'lab.thickness', appraiser: 'operator', parts: 10, trials: 3, balanced: true}],
    linearity: [{parameter: 'bench.width', reference: 'metrology', parts: 5}],
    agreement: [{step: 'lab', inspectors: 1, decisions: 10, reviewed: 10}],
  });
  for (const [of, question] of [
    ['gage', {parameter: 'lab.thickness'}],
    ['linearity', {parameter: 'bench.width', reference: 'metrology'}],
    ['agreement', {step: 'lab'}],
  ] as const) {
    const behind = await http.inject({method: 'POST', url: '/v1/statements', payload: {of, question}});
    expect(behind.statusCode, behind.body).toBe(200);
    expect(behind.json<StatementsAnswer>().statements.length).toBeGreaterThan(1);
  }
  const agreement = await http.inject({url: '/v1/agreement?step=lab'});
  expect(agreement.statusCode).toBe(200);
  expect(agreement.json<AgreementAnswer>().inspectors).toMatchObject([
    {inspector: 'm@1', inspected: 10, overkill: {value: 1}, trueRate: {value: 0}},
  ]);
  const linearity = await http.inject({url: '/v1/linearity/bench.width?reference=metrology&processVariation=16.5368'});
  expect(linearity.statusCode).toBe(200);
  // AIAG MSA, 4th ed.; Minitab has 13.2 % of a process variation of 16.5368.
  const {regression} = linearity.json<LinearityAnswer>();
  expect([regression.intercept.value, regression.slope.value].map(x => x.toFixed(4))).toEqual(['0.7367', '-0.1317']);
  expect(regression.percentLinearity).toBeCloseTo(13.2, 1);
  expect((await http.inject({url: '/v1/linearity/bench.width'})).statusCode).toBe(400);
  expect(
    (await http.inject({url: '/v1/linearity/bench.width?reference=metrology&processVariation=0'})).statusCode,
  ).toBe(400);
  const unknown = await http.inject({url: '/v1/gage/lab.width'});
  expect(unknown.statusCode).toBe(400);
  expect(unknown.json<{title: string; detail: string}>().detail).toContain('no parameter "lab.width" is measured');
  expect((await http.inject({url: '/v1/agreement?sensitivity=2'})).statusCode).toBe(400);
});

test('from the command line', async () => {
  const warehouse = temporaryFolder();
  expect((await fishboneHere(['ingest', studyFiles(), '--warehouse', warehouse])).code).toBe(0);
  const at = ['--warehouse', warehouse];
  const studies = await fishboneHere(['studies', ...at]);
  expect(studies.out).toMatch(/lab\.thickness +10 +operator +3 +3 +90 +yes/);
  const plots = await fishboneHere(['gage', 'lab.thickness', '--plots', '--json', ...at]);
  expect(plots.json<GageAnswer>().plots!.cells).toHaveLength(30);
  const gage = await fishboneHere(['gage', 'lab.thickness', '--lsl', '-4', '--usl', '4', ...at]);
  expect(gage.code).toBe(0);
  expect(gage.out).toMatch(/total gage R&R .* 7\.76 .* 27\.86 .* 22\.68/);
  const kept = await fishboneHere(['gage', 'lab.thickness', '--keep-interaction', '--json', ...at]);
  expect(kept.json<GageAnswer>().interaction).toMatchObject({pooled: false});
  const linearity = await fishboneHere(['linearity', 'bench.width', '--reference', 'metrology', ...at]);
  expect(linearity.code).toBe(0);
  expect(linearity.out).toContain('the bias changes by -0.1317 with each unit of size');
  expect(linearity.out).toMatch(/slope +-0\.131667 /);
  const ofProcess = ['--process-variation', '16.5368', '--json'];
  const told = await fishboneHere(['linearity', 'bench.width', '--reference', 'metrology', ...ofProcess, ...at]);
  expect(told.json<LinearityAnswer>().overall.percent).toBeCloseTo(0.32, 2);
  expect(await fishboneHere(['linearity', 'bench.width', ...at])).toMatchObject({code: 2});
  const itself = await fishboneHere(['linearity', 'bench.width', '--reference', 'bench', ...at]);
  expect(itself).toMatchObject({code: 2});
  expect(itself.err).toContain('cannot be its own reference');
  const agreement = await fishboneHere(['agreement', '--by', 'step', ...at]);
  expect(agreement.out).toContain('m@1, lab: 10 inspections; 4 of 4 fails reviewed (0 bad, 4 good)');
  const sample = ['--sensitivity', '0.9', '--sensitivity-n', '50', '--specificity', '0.8', '--specificity-n', '50'];
  const corrected = await fishboneHere(['agreement', '--inspector', 'm@1', ...sample, '--json', ...at]);
  // By hand: (0.4 + 0.8 - 1) / (0.9 + 0.8 - 1).
  expect(corrected.json<AgreementAnswer>().inspectors[0].correctedRate!.value).toBeCloseTo(0.2 / 0.7, 9);
  const unbalanced = await fishboneHere(['gage', 'lab.width', ...at]);
  expect(unbalanced).toMatchObject({code: 2});
  expect(unbalanced.err).toContain('no parameter "lab.width"');
});
