// CSV by RFC 4180, worked out by hand; the ways to an answer as the command line, Python and R take them.
import {expect, test} from 'vitest';
import {scriptOf, waysTo} from '../../dashboards/behind.ts';
import {csvOf} from '../../dashboards/take-along.ts';

test('CSV keeps all digits, quotes what has to be, says nothing where nothing is known', () => {
  const rows = [
    {key: 'a,b', n: 1234567.000_001, low: null, at: {from: 'x"y'}, ids: ['p', 'q']},
    {key: 'two\nlines', n: -0.1, low: 0, at: {from: ''}, ids: []},
  ];
  expect(csvOf(rows)).toBe('key,n,low,at.from,ids\r\n"a,b",1234567.000001,,"x""y",p;q\r\n"two\nlines",-0.1,0,,\r\n');
});

test('a text that a spreadsheet would run is none any more; a negative number stays one', () => {
  expect(
    csvOf([
      {key: '=HYPERLINK("x")', n: -3},
      {key: '-1+1', n: 2},
      {key: '@x', n: 1},
    ]),
  ).toBe('key,n\r\n"\'=HYPERLINK(""x"")",-3\r\n\'-1+1,2\r\n\'@x,1\r\n');
});

test('rows that differ in what they know share one head', () => {
  expect(csvOf([{a: 1}, {b: 2}])).toBe('a,b\r\n1,\r\n,2\r\n');
});

test('the same question on the command line, in Python, R and JavaScript, at its position', () => {
  const ways = waysTo(
    {of: 'pareto', question: {by: 'defect', where: "bore.tool = 'T7'", againstTo: '2026-03-10', top: 10}},
    25,
    'http://plant:4800',
  );
  expect(ways['Command line']).toBe(
    `npx fishbone pareto --by defect --where "bore.tool = 'T7'" --against-to 2026-03-10 --top 10 --as-of 25`,
  );
  expect(ways.Address).toBe(
    'http://plant:4800/v1/pareto?by=defect&where=bore.tool+%3D+%27T7%27&againstTo=2026-03-10&top=10&asOf=25',
  );
  expect(ways.Python).toContain(
    `fb.get("pareto", **{"by": "defect", "where": "bore.tool = 'T7'", "againstTo": "2026-03-10", "top": 10, "asOf": 25})`,
  );
  expect(ways.R).toContain(`fromJSON("${ways.Address}")`);
});

test('a chart names its parameter, a finding its id, which says its position itself', () => {
  const chart = waysTo({of: 'chart', question: {parameter: 'bore.torque', kind: 'xbar'}}, 3, 'http://p');
  expect(chart['Command line']).toBe('npx fishbone chart bore.torque --kind xbar --as-of 3');
  expect(chart.Address).toBe('http://p/v1/charts/bore.torque?kind=xbar&asOf=3');
  const finding = waysTo({of: 'finding', question: {id: 'f1-2'}}, 3, 'http://p');
  expect(finding).not.toHaveProperty('Command line');
  expect(finding.Address).toBe('http://p/v1/findings/f1-2');
});

test('statements as a script: what stands for a name stands above it', () => {
  const script = scriptOf([
    {sql: 'set variable as_of = 3', values: {}},
    {sql: 'select 1 where $a = 2 ', values: {a: "T'7"}},
  ]);
  expect(script).toBe('set variable as_of = 3;\n\n-- $a = "T\'7"\nselect 1 where $a = 2;');
});
