// The figures of other tools beside a finding, rendered to text. Digits by hand: two of the interval's width.
import {renderToStaticMarkup} from 'react-dom/server';
import {expect, test} from 'vitest';
import {Compared} from '../../dashboards/parts/compared.tsx';
import {finding} from './findings.ts';

const number = finding({
  factor: 'mold.pressure',
  branch: 'method',
  kind: 'number',
  auc: 0.618,
  aucInterval: {low: 0.5478, high: 0.6871},
  ks: {statistic: 0.1834, p: 2.1e-9},
  means: {
    defective: {n: 412, mean: 1852.309, sd: 3.2},
    others: {n: 199588, mean: 1851.02, sd: 2.9},
    difference: 1.289,
    low: 0.9798,
    high: 1.6001,
    p: 3.7e-15,
  },
});

function texts(about: Parameters<typeof Compared>[0]): string[] {
  const markup = renderToStaticMarkup(<Compared {...about} />);
  return [...markup.matchAll(/<d[td]>(.*?)<\/d[td]>/g)].map(([, text]) => text);
}

test('each figure is named, with its digits and what it takes as independent', () => {
  expect(texts({finding: number, cluster: 'lot'})).toEqual([
    'mean of the defective',
    '1,852.31 (sd 3.20, 412 parts)',
    'mean of the others',
    '1,851.02 (sd 2.90, 199,588 parts)',
    'difference, Welch',
    '+1.29 [0.98, 1.60], p 4 × 10⁻¹⁵',
    'Kolmogorov-Smirnov',
    'D 0.183, p 2 × 10⁻⁹',
    'AUC',
    '0.62 (0.55 to 0.69, lots as clusters)',
  ]);
  expect(renderToStaticMarkup(<Compared finding={number} cluster="lot" />)).toContain(
    'mold.pressure alone: nothing is held fixed, and parts count as independent unless it says otherwise.',
  );
});

test('where the question has no lots, the area says that parts are independent', () => {
  expect(texts({finding: number, cluster: 'part'}).at(-1)).toBe('0.62 (0.55 to 0.69, parts as independent)');
});

test('what is not there takes no place, and without any there is nothing', () => {
  const area = {...number, ks: null, means: null, aucInterval: null};
  expect(texts({finding: area, cluster: 'lot'})).toEqual(['AUC', '0.62']);
  expect(renderToStaticMarkup(<Compared finding={{...area, auc: null}} cluster="lot" />)).toBe('');
});

test('a finding that an earlier version kept has none of them', () => {
  const {aucInterval: _interval, ks: _ks, means: _means, ...old} = number;
  // As JSON that was kept comes back: typed as a finding, without the new fields.
  const kept: typeof number = JSON.parse(JSON.stringify(old));
  expect(texts({finding: kept, cluster: 'lot'})).toEqual(['AUC', '0.62']);
});
