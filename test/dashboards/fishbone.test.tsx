// The drawing and its list as a reader of the screen meets them: rendered to text, no browser needed.
import {renderToStaticMarkup} from 'react-dom/server';
import {expect, test} from 'vitest';
import {Fishbone} from '../../dashboards/charts/fishbone.tsx';
import {FishboneList} from '../../dashboards/charts/fishbone-list.tsx';
import {finding} from './findings.ts';
import {legible} from './golden.ts';

const cause = finding({id: 'f1', rank: 1, factor: 'bore.tool', branch: 'machine', level: 'T7', q: 3e-10});
const answer = {
  findings: [
    cause,
    finding({
      id: 'f2',
      rank: 2,
      factor: 'bore.program',
      branch: 'machine',
      verdict: 'explained',
      explainedBy: 'bore.tool',
    }),
    finding({id: 'f3', rank: 3, factor: 'bore.shift', branch: 'man', verdict: 'no-evidence', q: 0.7}),
  ],
  notTested: [{factor: 'time.humidity', reason: 'no readings in this window', branch: 'environment' as const}],
  population: {parts: 25480, defective: 612, lots: 148},
  question: {},
};
const links = {
  answer,
  unfolded: new Set<never>(),
  selected: cause.id,
  findingHref: ({id}: {id: string}) => `/investigate?finding=${id}`,
  unfoldHref: (branch: string) => `/investigate?unfold=${branch}`,
};

test('the drawing: bones are named links, blanks keep their reason, the head its denominator', () => {
  const drawing = renderToStaticMarkup(<Fishbone {...links} outcome="scratch" width={1200} />);
  expect(drawing).toContain('aria-label="Fishbone diagram of scratch: 1 cause with evidence"');
  expect(drawing).toContain(`href="/investigate?finding=${cause.id}"`);
  expect(drawing).toContain('aria-label="bore.tool = T7: 2.0× [1.5, 2.7], q 3 × 10⁻¹⁰, supported"');
  expect(drawing).toContain('explains bore.program');
  expect(drawing).toContain('href="/investigate?unfold=man"');
  expect(drawing).toContain('time.humidity: no readings in this window');
  // 612 / 25,480 = 2.40 %, by hand
  expect(drawing).toContain('2.40\u00a0%');
  expect(drawing).toContain('612 of 25,480');
  expect(drawing).not.toContain('style=');
});

test('the list says the same', () => {
  const list = renderToStaticMarkup(<FishboneList {...links} />);
  const texts = list.replace(/<[^>]+>/g, '|');
  for (const text of [
    'bore.tool = T7',
    '2.0× [1.5, 2.7]',
    'explains bore.program',
    '1 tested, no evidence',
    'time.humidity',
    'nothing measured',
  ]) {
    expect(texts).toContain(text);
  }
  expect(list.indexOf('machine')).toBeLessThan(list.indexOf('environment'));
});

test('the drawing is as it was', async () => {
  const drawing = renderToStaticMarkup(<Fishbone {...links} outcome="scratch" width={1200} />);
  await expect(legible(drawing)).toMatchFileSnapshot('golden/fishbone.svg');
});
