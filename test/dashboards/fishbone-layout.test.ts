// Properties that must hold for any findings: nothing overlaps, nothing is cut, longer means more evidence.
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Branch, Finding} from '../../api/schemas.ts';
import {type FishboneLayout, fishboneLayout} from '../../dashboards/charts/fishbone-layout.ts';
import {EVIDENCE_CAP, ribsOf} from '../../dashboards/charts/ribs.ts';
import {finding} from './findings.ts';

const BRANCHES: Branch[] = ['machine', 'material', 'method', 'man', 'measurement', 'environment'];
const name = fc.string({unit: fc.constantFrom('a', 'b', 'W', 'm', '_', '.', '1', '9'), minLength: 1, maxLength: 60});
const someFinding: fc.Arbitrary<Finding> = fc
  .record({
    factor: name,
    branch: fc.constantFrom(...BRANCHES),
    level: fc.option(name),
    q: fc.double({min: 0, max: 1, noNaN: true}).map(u => u ** 20),
    value: fc.double({min: 0.01, max: 5000, noNaN: true}),
    verdict: fc.constantFrom('supported', 'ambiguous', 'explained', 'through', 'too-little-data', 'no-evidence'),
    tie: fc.nat(30),
  })
  .map(({value, tie, verdict, ...about}) =>
    finding({
      ...about,
      verdict,
      effect: {measure: 'riskRatio', level: 0.95, value, low: value / 2, high: value * 3},
      ambiguousWith: verdict === 'ambiguous' ? [`tie${tie % 3}`] : [],
      explainedBy: verdict === 'explained' || verdict === 'through' ? `f${tie}` : null,
    }),
  );
const scene = fc.record({
  findings: fc.array(someFinding, {maxLength: 60}),
  notTested: fc.array(fc.record({factor: name, reason: name, branch: fc.constantFrom(...BRANCHES)}), {
    maxLength: 8,
  }),
  width: fc.integer({min: 700, max: 2400}),
  unfolded: fc.subarray(BRANCHES),
});

function boxesOf({ribs, head}: FishboneLayout) {
  const labels = ribs.flatMap(rib => [
    rib.title,
    rib.subtitle,
    ...rib.bones.flatMap(({label, figure}) => [label, figure]),
    ...rib.twigs.map(({label}) => label),
    ...rib.notes.map(({label}) => label),
  ]);
  const badges = ribs.flatMap(({brackets}) =>
    brackets.map(({set, badge}) => ({text: set, box: {x: badge.x - 8, y: badge.y - 8, width: 16, height: 16}})),
  );
  return [...labels.filter(({text}) => text !== ''), ...badges, {text: 'head', box: head}];
}

describe('layout of the fishbone', () => {
  test('no text overlaps another or leaves the drawing', () => {
    fc.assert(
      fc.property(scene, ({findings, notTested, width, unfolded}) => {
        const layout = fishboneLayout(ribsOf({findings, notTested}), width, new Set(unfolded));
        const boxes = boxesOf(layout);
        for (const [index, {text, box}] of boxes.entries()) {
          expect(box.x, text).toBeGreaterThanOrEqual(-0.001);
          expect(box.x + box.width, text).toBeLessThanOrEqual(width + 0.001);
          expect(box.y, text).toBeGreaterThanOrEqual(0);
          expect(box.y + box.height, text).toBeLessThanOrEqual(layout.height);
          for (const other of boxes.slice(index + 1)) {
            const apart =
              box.x + box.width <= other.box.x + 0.001 ||
              other.box.x + other.box.width <= box.x + 0.001 ||
              box.y + box.height <= other.box.y + 0.001 ||
              other.box.y + other.box.height <= box.y + 0.001;
            expect(apart, `"${text}" over "${other.text}"`).toBe(true);
          }
        }
      }),
      {seed: 20260514, numRuns: 150},
    );
  });

  test('no text lies on a rib', () => {
    fc.assert(
      fc.property(scene, ({findings, notTested, width, unfolded}) => {
        const layout = fishboneLayout(ribsOf({findings, notTested}), width, new Set(unfolded));
        for (const {root, end} of layout.ribs) {
          const [top, bottom] = [Math.min(root.y, end.y), Math.max(root.y, end.y)];
          const at = (y: number) => root.x + ((end.x - root.x) * (y - root.y)) / (end.y - root.y);
          for (const {text, box} of boxesOf(layout)) {
            const levels = [Math.max(top, box.y), Math.min(bottom, box.y + box.height)];
            if (levels[0] > levels[1]) continue;
            const crossed = levels.map(at);
            const clear = box.x > Math.max(...crossed) || box.x + box.width < Math.min(...crossed);
            expect(clear, `"${text}" on a rib`).toBe(true);
          }
        }
      }),
      {seed: 20260515, numRuns: 150},
    );
  });

  test('on one rib more evidence is never drawn shorter, and nothing is longer than the cap', () => {
    const qs = [1e-30, 1e-8, 1e-7, 1e-4, 0.01, 0.9];
    const findings = qs.map((q, index) => finding({factor: `x.p${index}`, branch: 'method', q}));
    const [rib] = fishboneLayout(ribsOf({findings, notTested: []}), 1200, new Set()).ribs;
    const lengths = rib.bones.map(({root, tip}) => Math.round((root - tip) * 1e6) / 1e6);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect(lengths[0]).toBeCloseTo(lengths[1], 6);
    expect(lengths[2] / lengths[1]).toBeCloseTo(7 / EVIDENCE_CAP, 6);
  });

  test('the strongest rib is next to the head, above the spine; the strongest bone next to the spine', () => {
    const findings = [
      finding({factor: 'a.operator', branch: 'man', q: 1e-2}),
      finding({factor: 'b.tool', branch: 'machine', q: 1e-3}),
      finding({factor: 'b.station', branch: 'machine', q: 1e-5}),
    ];
    const {ribs, head, spineY} = fishboneLayout(ribsOf({findings, notTested: []}), 1200, new Set());
    const [first, second, third] = ribs;
    expect([first.rib.branch, second.rib.branch]).toEqual(['machine', 'man']);
    expect([first.side, second.side]).toEqual([-1, 1]);
    expect(first.root.x).toBe(second.root.x);
    expect(head.x - first.root.x).toBeLessThan(head.x - third.root.x);
    const heights = first.bones.map(({y}) => spineY - y);
    expect(first.bones[0].bone.finding.factor).toBe('b.station');
    expect(heights[0]).toBeLessThan(heights[1]);
  });

  test('unfolding lists what was quiet', () => {
    const findings = ['a', 'b', 'c'].map(factor => finding({factor, branch: 'man', verdict: 'no-evidence', q: 0.8}));
    const texts = (unfolded: Set<Branch>) =>
      fishboneLayout(ribsOf({findings, notTested: []}), 1200, unfolded).ribs[0].notes.map(({label}) => label.full);
    expect(texts(new Set())).toEqual(['3 tested, no evidence']);
    expect(texts(new Set(['man']))).toEqual(['3 tested, no evidence', 'a', 'b', 'c']);
  });
});
