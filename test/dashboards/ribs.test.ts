// Expected orders and letters are worked out by hand from the findings given.
import {describe, expect, test} from 'vitest';
import type {ScreenAnswer} from '../../api/schemas.ts';
import {EVIDENCE_CAP, figureOf, labelOf, ribsOf} from '../../dashboards/charts/ribs.ts';
import {finding} from './findings.ts';

const none: ScreenAnswer['notTested'] = [];

describe('ribs', () => {
  test('all six, by their strongest evidence; without any, by how much was tested', () => {
    const ribs = ribsOf({
      findings: [
        finding({factor: 'a.operator', branch: 'man', q: 1e-3}),
        finding({factor: 'b.x', branch: 'method', q: 1e-6}),
        finding({factor: 'b.tool', branch: 'machine', q: 1e-4}),
        finding({factor: 'm.lot', branch: 'material', q: 0.9, verdict: 'no-evidence'}),
        finding({factor: 'time.hour', branch: 'environment', q: 0.9, verdict: 'no-evidence'}),
        finding({factor: 'time.weekday', branch: 'environment', q: 0.9, verdict: 'no-evidence'}),
      ],
      notTested: none,
    });
    expect(ribs.map(({branch}) => branch)).toEqual([
      'method',
      'machine',
      'man',
      'environment',
      'material',
      'measurement',
    ]);
  });

  test('evidence beyond the cap still decides the order of ribs, but draws no longer', () => {
    const [first, second] = ribsOf({
      findings: [finding({factor: 'a', branch: 'man', q: 1e-9}), finding({factor: 'b', branch: 'method', q: 1e-40})],
      notTested: none,
    });
    expect([first.branch, second.branch]).toEqual(['method', 'man']);
    expect([first, second].map(({bones}) => bones[0].evidence)).toEqual([EVIDENCE_CAP, EVIDENCE_CAP]);
    expect([first, second].every(({bones}) => bones[0].capped)).toBe(true);
  });

  test('q = 0 and q > 1 have a finite length', () => {
    const [rib] = ribsOf({
      findings: [finding({factor: 'a', branch: 'man', q: 0}), finding({factor: 'b', branch: 'man', q: 1.2})],
      notTested: none,
    });
    expect(rib.bones.map(({evidence}) => evidence)).toEqual([EVIDENCE_CAP, 0]);
  });

  test('thickness tells the effect: none at 1, full at 4', () => {
    const strengths = [1, 2, 4, 40].map(
      value =>
        ribsOf({
          findings: [
            finding({factor: 'a', branch: 'man', effect: {measure: 'riskRatio', level: 0.95, value, low: 1, high: 50}}),
          ],
          notTested: none,
        })[0].bones[0].strength,
    );
    expect(strengths).toEqual([0, 0.5, 1, 1]);
  });

  test('an ambiguity set bears one letter on all its ribs, and stands together on each', () => {
    const ribs = ribsOf({
      findings: [
        finding({
          factor: 'b.tool',
          branch: 'machine',
          q: 1e-9,
          verdict: 'ambiguous',
          ambiguousWith: ['b.cavity', 'm.lot'],
        }),
        finding({factor: 'b.station', branch: 'machine', q: 1e-8}),
        finding({factor: 'b.cavity', branch: 'machine', q: 1e-4, verdict: 'ambiguous', ambiguousWith: ['b.tool']}),
        finding({factor: 'm.lot', branch: 'material', q: 1e-3, verdict: 'ambiguous', ambiguousWith: ['b.tool']}),
        finding({factor: 'x.a', branch: 'method', q: 1e-3, verdict: 'ambiguous', ambiguousWith: ['x.b']}),
        finding({factor: 'x.b', branch: 'method', q: 1e-3, verdict: 'ambiguous', ambiguousWith: ['x.a']}),
      ],
      notTested: none,
    });
    const told = ribs.flatMap(({bones}) => bones.map(bone => `${bone.finding.factor} ${bone.set}`));
    expect(told.sort()).toEqual(['b.cavity A', 'b.station null', 'b.tool A', 'm.lot A', 'x.a B', 'x.b B']);
    expect(ribs[0].bones.map(bone => bone.finding.factor)).toEqual(['b.tool', 'b.cavity', 'b.station']);
  });

  test('a letter is for what is drawn: a quiet factor that names a cause ties nothing', () => {
    const ribs = ribsOf({
      findings: [
        finding({factor: 'b.tool', branch: 'machine'}),
        finding({factor: 'b.feed', branch: 'method', verdict: 'no-evidence', q: 0.4, ambiguousWith: ['b.tool']}),
      ],
      notTested: none,
    });
    expect(ribs[0].bones.map(({set}) => set)).toEqual([null]);
  });

  test('what is explained hangs from its cause, on whatever rib it was; without the cause it stays on its own', () => {
    const cause = finding({factor: 'b.tool', branch: 'machine'});
    const ribs = ribsOf({
      findings: [
        cause,
        finding({factor: 'b.program', branch: 'method', verdict: 'explained', explainedBy: 'b.tool'}),
        finding({factor: 'b.vibration', branch: 'method', verdict: 'through', explainedBy: cause.id}),
        finding({factor: 'b.feed', branch: 'method', verdict: 'explained', explainedBy: 'elsewhere'}),
      ],
      notTested: none,
    });
    const machine = ribs.find(({branch}) => branch === 'machine')!;
    const method = ribs.find(({branch}) => branch === 'method')!;
    expect(machine.bones[0].twigs.map(({text}) => text)).toEqual(['explains b.program', 'acts through b.vibration']);
    expect(method.bones).toEqual([]);
    expect(method.explained.map(({factor}) => factor)).toEqual(['b.feed']);
  });

  test('blanks are on the rib that the answer says', () => {
    const notTested = [
      {factor: 'bore.torque', reason: 'the same for every part', branch: 'machine' as const},
      {factor: 'oven.peak', reason: 'missing for every part', branch: 'method' as const},
    ];
    const ribs = ribsOf({findings: [], notTested});
    expect(ribs.flatMap(({branch, notTested: blanks}) => blanks.map(({factor}) => [branch, factor]))).toEqual([
      ['machine', 'bore.torque'],
      ['method', 'oven.peak'],
    ]);
  });
});

describe('texts', () => {
  test('labels say level, threshold, absence or company', () => {
    expect(labelOf(finding({factor: 'bore.tool', branch: 'machine', level: 'T7'}))).toBe('bore.tool = T7');
    const number = {kind: 'number', level: null} as const;
    // Both ends, or the middle: without them nobody could tell which side is meant.
    const depth = finding({factor: 'bore.depth', branch: 'measurement', ...number});
    expect(labelOf({...depth, where: '(bore.depth > 62.1 and bore.depth < 62.9)'})).toBe(
      'bore.depth between 62.1 and 62.9',
    );
    expect(labelOf({...depth, where: '("a b".depth <= -1.5 or "a b".depth >= 2)'})).toBe(
      'bore.depth outside of -1.5 to 2',
    );
    expect(
      labelOf(finding({factor: 'oven.peak', branch: 'method', ...number, threshold: {op: '>=', value: 412}})),
    ).toBe('oven.peak ≥ 412');
    expect(labelOf(finding({factor: 'x.y', branch: 'method', kind: 'missing', level: null}))).toBe('x.y missing');
    expect(labelOf(finding({factor: 'a', branch: 'man', kind: 'interaction', level: null, with: ['b']}))).toBe('a × b');
  });

  test('a measured outcome has differences, not ratios', () => {
    const effect = {measure: 'meanDifference', level: 0.95, value: 0.121, low: 0.05, high: 0.19} as const;
    expect(figureOf(finding({factor: 'a', branch: 'man', effect}))).toBe('+0.12 [0.05, 0.19]');
  });
});
