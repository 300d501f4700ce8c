import {expect, test} from 'vitest';
import {ScreenAnswer} from '../../../warehouse/answers.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {plantOf, sharedPlant} from '../plant-in-a-folder.ts';

/** 60 lots of 10 parts: T2 in every third lot, no tool recorded for the first part of each; T2 lots are made hot. */
function plant(): [string, string][] {
  const parts = ['part,product,lot,made_at'];
  const operations = ['part,step,tool,started_at,ended_at'];
  const inspections = ['inspection,part,result,inspected_at'];
  const measurements = ['part,step,parameter,value'];
  for (let lot = 0; lot < 60; lot++) {
    const at = `2026-0${1 + Math.floor(lot / 28)}-${String(1 + (lot % 28)).padStart(2, '0')}T0`;
    for (let n = 0; n < 10; n++) {
      const part = `P${lot}-${n}`;
      parts.push(`${part},HX,L${lot},${at}6:00:00Z`);
      operations.push(`${part},bore,${n === 0 ? '' : lot % 3 === 0 ? 'T2' : 'T1'},${at}7:00:00Z,${at}7:01:00Z`);
      inspections.push(`I${part},${part},${(n * 7 + lot) % 10 === 0 ? 'fail' : 'pass'},${at}8:00:00Z`);
      measurements.push(`${part},bore,heat,${(lot % 3 === 0 ? 50 : 40) + ((n * 3 + lot) % 7)}`);
    }
  }
  return [
    ['parts', parts.join('\n')],
    ['operations', operations.join('\n')],
    ['inspections', inspections.join('\n')],
    ['measurements', measurements.join('\n')],
  ];
}

const warehouse = sharedPlant([...plant(), ['defect_codes', 'defect\nscratch']]);

test('a factor is told once, by its level or by being missing, and ranks have no gaps', async () => {
  const {findings, tests} = await screen(warehouse(), {anyFail: true});
  expect(new Set(findings.map(f => f.factor)).size).toBe(findings.length);
  expect(findings.map(f => f.rank)).toEqual(findings.map((_, k) => k + 1));
  expect(tests).toBeGreaterThanOrEqual(findings.length);
});

test('two selections against each other: what differs between them; one alone stands against all others', async () => {
  const both = await screen(warehouse(), {where: "bore.tool = 'T2'", against: "bore.tool = 'T1'"});
  // By hand: 20 lots of T2 with 9 recorded parts each, 40 of T1.
  expect(both.population).toMatchObject({parts: 540, defective: 180});
  expect(both.findings.find(f => f.factor === 'bore.heat')?.verdict).toMatch(/supported|ambiguous/);
  const alone = await screen(warehouse(), {against: "bore.tool = 'T1'"});
  expect(alone.population).toMatchObject({parts: 600, defective: 240});
  await expect(screen(warehouse(), {where: "bore.tool = 'T1'", against: 'bore.heat > 0'})).rejects.toThrow(
    /in both selections/,
  );
});

test('a group of defects is an outcome: any of its codes', async () => {
  const [p1, ...rest] = Array.from({length: 30}, (_, i) => `P${i}`);
  const all = [p1, ...rest];
  const plantWithGroups = await plantOf([
    ['parts', `part,product\n${all.map(p => `${p},HX`).join('\n')}`],
    [
      'inspections',
      `inspection,part,result,inspected_at\n${all.map((p, i) => `I${p},${p},${i < 5 ? 'fail' : 'pass'},2026-01-01T07:00:00Z`).join('\n')}`,
    ],
    // Two scratches, one dent, two stains: three of them are of the surface.
    ['defects', 'inspection,defect\nIP0,scratch\nIP1,scratch\nIP2,dent\nIP3,stain\nIP4,stain'],
    ['defect_codes', 'defect,group\nscratch,surface\ndent,surface\nstain,dirt'],
  ]);
  expect((await screen(plantWithGroups, {defect: 'surface'})).population).toMatchObject({parts: 30, defective: 3});
  expect((await screen(plantWithGroups, {defect: 'scratch'})).population).toMatchObject({defective: 2});
});

test('what remains once a finding is held fixed', async () => {
  const {findings} = await screen(warehouse(), {measurement: 'bore.heat'});
  const tool = findings.find(f => f.factor === 'bore.tool');
  expect(tool?.where).toBe("bore.tool = 'T2'");
  const rest = await screen(warehouse(), {measurement: 'bore.heat', given: tool?.id});
  expect(findings.filter(f => f.q <= 0.05).map(f => f.factor)).toContain('bore.tool');
  // All that is left are the parts of T2's lots whose tool was not recorded, which stand among the others.
  const left = rest.findings.filter(f => f.q <= 0.05);
  expect(left.map(f => [f.factor, f.kind])).toEqual([['bore.tool', 'missing']]);
  expect(rest.findings[0].adjustedFor).toEqual(['part.product', "bore.tool = 'T2'"]);
  const same = await screen(warehouse(), {measurement: 'bore.heat', given: "bore.tool = 'T2'"});
  expect(same.findings.map(({p}) => p)).toEqual(rest.findings.map(({p}) => p));
  await expect(screen(warehouse(), {anyFail: true, given: 'f000000000000-00000000'})).rejects.toThrow(/no finding/);
});

test('a numeric outcome is explained as a difference of means', async () => {
  const {findings} = await screen(warehouse(), {measurement: 'bore.heat'});
  const tool = findings.find(f => f.factor === 'bore.tool');
  // By hand: T2 lots are 10 hotter; the rest of the value is the same mixture for all.
  expect(tool).toMatchObject({verdict: 'supported', level: 'T2', effect: {measure: 'meanDifference'}});
  expect(tool?.effect.value).toBeCloseTo(10, 0);
});

test.each([
  [{defect: 'nosuch'}, /no defect "nosuch" is known/],
  [{defect: 'a', anyFail: true}, /one outcome/],
  [{anyFail: true, strata: ['bore.heat']}, /is a number: strata need a category/],
  [{anyFail: true, where: 'bore.tol = 1'}, /no factor "bore.tol"; near it: bore.tool/],
  [{anyFail: true, strata: ['part.prodcut']}, /no factor "part.prodcut"; near it: part.product/],
  [{measurement: 'bore.haet'}, /no factor "bore.haet"; near it: bore.heat/],
  [{anyFail: true, from: '2026-01-09', to: '2026-01-02'}, /ends before it begins/],
  [{anyFail: true, where: "bore.heat = 'hot'"}, /is a number: compare it with a number/],
  [{anyFail: true, asOf: 99}, /position 99 is not reached yet/],
])('%j is refused in a sentence', async (question, message) => {
  await expect(screen(warehouse(), question)).rejects.toThrow(message);
});

test('an unknown factor is told from the ones there are: of its step, else the steps', async () => {
  const hintOf = (where: string) =>
    screen(warehouse(), {anyFail: true, where}).catch((error: {hint?: string}) => error.hint);
  expect(await hintOf('bore.zzzzzz = 1')).toMatch(/^of bore there are bore\.\w+, /);
  expect(await hintOf('qqqq = 1')).toMatch(
    /^factors are named like (bore|inspection)\.(tool|station); the first word is one of .*\bbore\b/,
  );
});

// By hand: 600 parts of product HX, inspected from 1 January to 4 March 2026; T2 in 20 lots, T1 in 40, 9 parts each.
test.each([
  [{anyFail: true, product: 'HY'}, /^no inspected part is of product HY: 600 parts are inspected.*products: HX$/],
  [
    {anyFail: true, from: '2027-01-01'},
    /inspected from 2027-01-01: 600 parts are inspected, from 2026-01-01 .*\(UTC\)/,
  ],
  [{anyFail: true, where: 'bore.heat > 999'}, /^no inspected part is with bore\.heat > 999: 600 parts/],
  [
    {anyFail: true, to: '2026-01-02', where: "bore.tool = 'T1' and part.lot = 'L1'"},
    /^no inspected part is all of this at once: 10 inspected before 2026-01-02, 9 with bore/,
  ],
  [{defect: 'scratch'}, /^none of the 600 inspected parts failed with scratch at its first inspection$/],
  [{defect: 'scratch', product: 'HX'}, /outside of this scope 0 do$/],
  [{where: "bore.tool = 'T9'", against: "bore.tool = 'T1'"}, /^no inspected part is with bore.tool = 'T9'/],
  [{against: "bore.tool = 'T9'"}, /^no inspected part is with bore.tool = 'T9': there is nothing to compare with/],
  [{anyFail: true, where: "part.lot = 'L3'"}, /^there is one lot only/],
])('%j is answered with what is lacking', async (question, note) => {
  const answer = await screen(warehouse(), question);
  expect(answer.question.notes[0]).toMatch(note);
  ScreenAnswer.parse(answer);
});
