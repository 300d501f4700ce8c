// What a hold would stop, and how much of it is truly bad, rendered to text. Figures by hand: 30 of 40 inspected failed.
import {renderToStaticMarkup} from 'react-dom/server';
import {expect, test} from 'vitest';
import {BlastEvidence} from '../../dashboards/parts/blast-evidence.tsx';

type Blast = Parameters<typeof BlastEvidence>[0]['blast'];

const blast: Blast = {
  stops: {
    parts: 1200,
    cost: {value: 3120.4, ofParts: 1100, unknown: 100},
    workOrders: [{workOrder: 'W7', parts: 1200, status: 'open'}],
  },
  evidence: {
    inspected: 40,
    failed: 30,
    share: {value: 0.75, low: 0.6, high: 0.9},
    unit: 'lot',
    allFailed: 60,
    covered: 0.5,
  },
};

const texts = (shown: Blast) =>
  [...renderToStaticMarkup(<BlastEvidence blast={shown} />).matchAll(/<d[td]>(.*?)<\/d[td]>/g)].map(([, text]) =>
    text.replace(/<!-- -->|<.?span[^>]*>/g, '').replaceAll('\u00a0', ' '),
  );

test('what stops with its cost, the share that failed with its interval, and what it covers', () => {
  expect(texts(blast)).toEqual([
    'A hold would stop',
    '1,200 parts in house, worth 3,120 (100 parts without a cost)',
    'Work orders concerned',
    'W7 (1,200)',
    'Failed, for whatever reason',
    '30 of 40 inspected parts, 75.0 % (95 %: 60.0 % to 90.0 %, by lots)',
    'Of the trouble',
    '50.0 % of all 60 failed parts',
  ]);
});

test('what is not known is not made up: no cost, nobody inspected, one lot without an interval', () => {
  const nothing: Blast = {
    stops: {parts: 2, cost: null, workOrders: []},
    evidence: {inspected: 0, failed: 0, share: null, unit: 'part', allFailed: 0, covered: null},
  };
  expect(texts(nothing)).toEqual([
    'A hold would stop',
    '2 parts in house',
    'Failed, for whatever reason',
    'none of them was inspected: nothing says',
  ]);
  const alone = {...blast, evidence: {...blast.evidence, share: {value: 0.75, low: null, high: null}}};
  expect(texts(alone)).toContain('30 of 40 inspected parts, 75.0 %');
});
