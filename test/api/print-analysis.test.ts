/** What the command line prints of a screen; expected lines written by hand. */
import {expect, test} from 'vitest';
import {screenText} from '../../api/command-line/print/analysis.ts';
import type {Finding, ScreenAnswer} from '../../warehouse/answers.ts';
import {finding} from '../dashboards/findings.ts';

const number = finding({
  factor: 'mold.pressure',
  branch: 'method',
  kind: 'number',
  auc: 0.618,
  aucInterval: {low: 0.5478, high: 0.6871},
  ks: {statistic: 0.1834, p: 2.1e-9},
  means: {
    defective: {n: 412, mean: 52.309, sd: 3.2},
    others: {n: 199588, mean: 51.02, sd: 2.9},
    difference: 1.289,
    low: 0.9798,
    high: 1.6001,
    p: 3.7e-15,
  },
});

const answerWith = (claim: Finding, cluster: 'lot' | 'part' = 'lot'): ScreenAnswer => ({
  question: {defect: 'scratch', cluster, strata: [], notes: []},
  asOf: 7,
  permalink: '/investigate',
  population: {parts: 200_000, defective: 412, lots: 900},
  tests: 40,
  notTested: [],
  findings: [claim],
});

test('a number is followed by what other tools would print, and what that takes as independent', () => {
  expect(screenText(answerWith(number))).toContain(
    `     finding ${number.id}
     one variable at a time, for comparison with other tools:
       means, parts as independent: 52.31 (defective), 51.02 (others), Welch 1.29 (95 % 0.98 to 1.60), p 3.7e-15
       Kolmogorov-Smirnov, parts as independent: D 0.183, p 2.1e-9
       AUC, lots as clusters: 0.62 (95 % 0.55 to 0.69)
`,
  );
  expect(screenText(answerWith(number, 'part'))).toContain('AUC, parts as independent: 0.62');
});

test('only what is there is printed', () => {
  const area = {...number, ks: null, means: null};
  expect(screenText(answerWith(area))).not.toContain('Welch');
  expect(screenText(answerWith({...area, aucInterval: null}))).toContain('       AUC: 0.62\n');
  expect(screenText(answerWith({...number, means: null, auc: null, aucInterval: null}))).toContain(
    'tools:\n       Kolmogorov-Smirnov, parts as independent: D 0.183, p 2.1e-9\n\n',
  );
  expect(screenText(answerWith(finding({factor: 'bore.tool', branch: 'machine'})))).not.toContain('one variable');
});

test('what a level says is there for missing values and for both ends of a number too', () => {
  const tested = (about: Partial<Finding>) =>
    screenText({...answerWith(number), findings: [finding({...number, verdict: 'no-evidence', q: 1, ...about})]});
  expect(tested({kind: 'missing', level: null})).toMatch(/mold\.pressure {2}missing {2,}2 /);
  const middle = '(mold.pressure > 50.1 and mold.pressure < 51)';
  expect(tested({level: null, where: middle})).toMatch(/mold\.pressure {2}> 50\.1 and < 51 {2,}2 /);
});

test('of two selections nothing is said to fail', () => {
  const answer = {
    ...answerWith(number),
    question: {...answerWith(number).question, defect: undefined, against: "a.b = 'c'"},
  };
  expect(screenText(answer)).toContain('200,000 parts in 900 lots, 412 selected; ');
  const all = {...answer, findings: [], population: {parts: 5, defective: 5, lots: 2}};
  expect(screenText(all)).toContain('Every inspected part is selected: there are no others to compare them with.');
  expect(screenText({...all, population: {parts: 5, defective: 0, lots: 2}})).toContain(
    'No inspected part is selected',
  );
});
