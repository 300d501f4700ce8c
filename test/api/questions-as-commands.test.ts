/** Pages show how a figure is asked for on the command line: whatever a question may say is an option there. */
import {expect, test} from 'vitest';
import {CapabilityQuestion} from '../../warehouse/capability-answers.ts';
import {ChartQuestion} from '../../warehouse/chart-answers.ts';
import {AgreementQuestion, GageQuestion, LinearityQuestion} from '../../warehouse/msa-answers.ts';
import {ParetoQuestion, YieldQuestion} from '../../warehouse/pareto-answers.ts';
import {fishboneHere} from './plant.ts';

test.each([
  ['pareto', ParetoQuestion],
  ['yield', YieldQuestion],
  ['chart', ChartQuestion],
  ['capability', CapabilityQuestion],
  ['gage', GageQuestion],
  ['linearity', LinearityQuestion],
  ['agreement', AgreementQuestion],
])('%s', async (command, question) => {
  const {out} = await fishboneHere([command, '--help']);
  const flags = new Set(out.match(/--[\w-]+/g));
  const asked = Object.keys(question.shape)
    .filter(name => name !== 'parameter')
    .map(name => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`);
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.filter(flag => !flags.has(flag))).toEqual([]);
});
