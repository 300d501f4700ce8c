// Modules of others, loaded from a folder outside of the program by the command line in a process of its own.
import {chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {ParetoAnswer, ScreenAnswer} from '../../api/schemas.ts';
import type {Compared} from '../../warehouse/screening/planted/compare.ts';
import {fishbone} from './plant.ts';

const EXAMPLES = fileURLToPath(new URL('../../notebooks/yours/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fishbone-modules-'));
const warehouse = join(folder, 'warehouse');

const LOTS = 40;
const PARTS = 10;
/** Lots that waited 5 hours between their two steps, the others 1; of these parts 4 in 10 fail, of those none. */
const isSlow = (lot: number) => lot % 2 === 1;
const name = (lot: number, k: number) => `P${lot * PARTS + k}`;
const at = (lot: number, hour: number) => new Date(Date.UTC(2024, 2, 1 + lot, 6 + hour)).toISOString();
const forParts = (line: (lot: number, k: number) => string) =>
  Array.from({length: LOTS * PARTS}, (_, i) => line(Math.floor(i / PARTS), i % PARTS));

beforeAll(async () => {
  const files: [string, string[]][] = [
    ['parts', ['part,product,lot,made_at', ...forParts((lot, k) => `${name(lot, k)},A,L${lot},${at(lot, 0)}`)]],
    [
      'inspections',
      [
        'inspection,part,inspected_at,result',
        ...forParts((l, k) => `I${name(l, k)},${name(l, k)},${at(l, 12)},${isSlow(l) && k < 4 ? 'fail' : 'pass'}`),
      ],
    ],
    // Whether the next step began 1 or 5 hours after the first ended is said by the last file.
    [
      'operations',
      ['part,step,started_at,ended_at', ...forParts((l, k) => `${name(l, k)},cast,${at(l, 0)},${at(l, 1)}`)],
    ],
    [
      'operations',
      [
        'part,step,started_at,ended_at',
        ...forParts((l, k) => `${name(l, k)},mill,${at(l, isSlow(l) ? 6 : 2)},${at(l, isSlow(l) ? 7 : 3)}`),
      ],
    ],
  ];
  mkdirSync(join(warehouse, 'modules'), {recursive: true});
  for (const [k, [table, lines]] of files.entries()) {
    const path = join(folder, `${k}.csv`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    const ran = await fishbone(['ingest', path, '--table', table, '--warehouse', warehouse]);
    expect(ran.code, ran.err).toBe(0);
  }
  for (const file of ['hours-waited.ts', 'lot-rates.ts'])
    copyFileSync(join(EXAMPLES, file), join(warehouse, 'modules', file));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const module = (file: string, source: string) => writeFileSync(join(warehouse, 'modules', file), source);
const configure = (config: object) => writeFileSync(join(warehouse, 'fishbone.json'), JSON.stringify(config));
async function asked<T>(...args: string[]): Promise<{answer: T; err: string}> {
  const ran = await fishbone([...args, '--json', '--warehouse', warehouse]);
  expect(ran.code, ran.err).toBe(0);
  return {answer: ran.json<T>(), err: ran.err};
}

describe('a derived variable', () => {
  test('is a factor of its own name and branch, in screening, filters and groups, as of a position', async () => {
    configure({variables: {'process.waited': 'modules/hours-waited.ts'}});
    const {answer, err} = await asked<ScreenAnswer>('screen', '--any-fail');
    expect(err).not.toContain('not used');
    const found = answer.findings.find(({factor}) => factor === 'process.waited')!;
    // 20 lots of 10 parts waited 5 hours; 80 of these 200 failed, and no other.
    expect(found).toMatchObject({branch: 'method', step: null, kind: 'number', parts: 200, defective: 80, lots: 20});
    expect(found.threshold!.op).toBe('>=');
    expect(found.threshold!.value).toBeGreaterThan(1);
    expect(found.threshold!.value).toBeLessThanOrEqual(5);
    expect(found.q).toBeLessThan(0.05);

    const slow = ['--where', 'process.waited >= 3'];
    expect((await asked<ParetoAnswer>('pareto', '--by', 'product', ...slow)).answer.basis).toMatchObject({
      parts: 200,
      defectiveParts: 80,
    });
    // Before the last file nobody knew how long they waited.
    const before = await asked<ParetoAnswer>('pareto', '--by', 'product', ...slow, '--as-of', '3');
    expect(before.answer.basis).toMatchObject({parts: 0});
  });

  test('may be SQL alone', async () => {
    module(
      'first-letter.mjs',
      `export default {kind: 'category', branch: 'material',
      sql: "select part, case when lot[-1] in ('1', '3', '5', '7', '9') then 'odd' else 'even' end as value from parts"};`,
    );
    configure({variables: {'lot.parity': 'modules/first-letter.mjs'}});
    const {answer} = await asked<ScreenAnswer>('screen', '--any-fail');
    expect(answer.findings.find(({factor}) => factor === 'lot.parity')).toMatchObject({
      branch: 'material',
      level: 'odd',
      parts: 200,
      defective: 80,
    });
  });

  test('that cannot be used says why, and of which part; all else is as if it were not there', async () => {
    const of = (fields: string) => `export default {kind: 'number', branch: 'machine', ${fields}};`;
    const rows = `sql: 'select part from parts order by part'`;
    const modules: [string, string | null, string][] = [
      ['x.gone', null, 'gone.mjs is not there'],
      ['x.syntax', 'export default {', 'syntax.mjs cannot be loaded: '],
      ['x.nothing', 'export const kind = 1;', 'nothing.mjs has no default export that is an object'],
      [
        'x.branch',
        `export default {kind: 'number', branch: 'moon', ${rows}};`,
        'branch has to be one of man, machine, material',
      ],
      [
        'x.throws',
        of(`${rows}, fromRows: ([{part}]) => { if (part === 'P17') throw new Error('no luck'); return 1; }`),
        'it failed for part P17: no luck',
      ],
      ['x.nan', of(`${rows}, fromRows: ([{part}]) => part === 'P23' ? NaN : 1`), 'it gave NaN for part P23'],
      ['x.text', of(`${rows}, fromRows: ([{part}]) => part === 'P29' ? '7' : 1`), "it gave '7' for part P29"],
      ['x.later', of(`${rows}, fromRows: async () => 1`), 'it gave Promise'],
      ['x.sql', of(`sql: 'select part, nonsense as value from parts'`), 'its SQL failed: '],
      ['x.writes', of(`sql: 'delete from fact.parts'`), 'its SQL failed: '],
      ['x.column', of(`sql: 'select part from parts'`), 'its SQL gives no column value: it gives part'],
      [
        'x.twice',
        of(`sql: "select part, 1.0 as value from operations where part = 'P31'"`),
        'its SQL gives 2 rows for part P31',
      ],
      [
        'x.apart',
        of(`sql: "select unnest(['P1', 'P2', 'P1']) as part", fromRows: () => 1`),
        'rows of part P1 do not stand together',
      ],
      [
        'x.stranger',
        of(`sql: "select 'P99999' as part, 1.0 as value"`),
        'its SQL names part P99999, which is not known',
      ],
      ['part.product', of(`sql: "select part, 1.0 as value from parts"`), 'there is a factor that bears it already'],
    ];
    const paths = Object.fromEntries(modules.map(([variable]) => [variable, `modules/${variable.split('.')[1]}.mjs`]));
    for (const [variable, source] of modules) if (source !== null) module(`${variable.split('.')[1]}.mjs`, source);

    configure({});
    const {answer: without} = await asked<ScreenAnswer>('screen', '--any-fail');
    configure({variables: paths});
    const {answer, err} = await asked<ScreenAnswer>('screen', '--any-fail');
    for (const [variable, , reason] of modules) {
      const said = answer.notTested.filter(({factor}) => factor === variable).map(one => one.reason);
      expect(
        said.filter(text => text.includes(reason)),
        `${variable}: ${said.join(' | ')}`,
      ).toHaveLength(1);
    }
    expect(err).toContain('variables: x.gone is not used');
    const bare = ({findings}: ScreenAnswer) => findings.map(finding => ({...finding, id: ''}));
    expect(bare(answer)).toEqual(bare(without));
    expect(answer.notTested).toHaveLength(without.notTested.length + modules.length);

    const filtered = await fishbone(['pareto', '--where', 'x.nan >= 1', '--warehouse', warehouse]);
    expect(filtered.code).not.toBe(0);
    expect(filtered.err).toContain('the variable x.nan cannot be used: it gave NaN for part P23');
  });

  test.each([
    [{variables: {'a b': 'modules/x.ts'}}, 'is no name of a factor'],
    [{variables: {'x.y': join(warehouse, 'x.ts')}}, 'has to be a path from the folder of this file'],
    [{methods: {mine: 'modules/x.py'}}, 'is no module'],
  ])('%j is refused before anything is loaded', async (config, reason) => {
    configure(config);
    const ran = await fishbone(['screen', '--any-fail', '--warehouse', warehouse]);
    expect(ran.code).not.toBe(0);
    expect(ran.err).toContain(reason);
  });
});

test('doctor says which modules are not there, and which others may change', async () => {
  chmodSync(join(warehouse, 'modules', 'hours-waited.ts'), 0o666);
  configure({variables: {'process.waited': 'modules/hours-waited.ts'}, methods: {gone: 'modules/gone.ts'}});
  const ran = await fishbone(['doctor', '--json', '--warehouse', warehouse]);
  const {checks} = ran.json<{checks: {what: string; ok: boolean; detail: string}[]}>();
  expect(checks.find(({what}) => what === 'modules')).toMatchObject({
    ok: false,
    detail: `cannot be read: gone (${join(warehouse, 'modules', 'gone.ts')})`,
  });
  const open = checks.filter(({what}) => what === 'permissions').map(({detail}) => detail);
  expect(open.filter(detail => detail.startsWith('the module of process.waited'))).toHaveLength(1);
});

describe('a screening method', () => {
  const compare = (...flags: string[]) =>
    fishbone(['bench', '--what', 'methods', '--plants', '3', '--warehouse', warehouse, ...flags]);
  interface Tables {
    tables: {planted: string; compared: Compared[]}[];
    wrong: string[];
  }

  test('stands beside ours; those that fail are told by factor, and harm no other', async () => {
    module(
      'nan.mjs',
      'export default {screen: ({factors}) => ({p: factors.map(({name}) => name === "s3.tool" ? NaN : 1)})};',
    );
    module('short.mjs', 'export default {screen: () => ({p: [1]})};');
    module('throws.mjs', 'export default {screen: () => { throw new Error("no luck"); }};');
    module(
      'spoils.mjs',
      'export default {screen: frame => { frame.outcome.fill(0); frame.lot.fill(0); return {p: frame.factors.map(() => 1)}; }};',
    );
    configure({methods: {spoils: 'modules/spoils.mjs', mine: 'modules/lot-rates.ts'}});
    const good = await compare('--json');
    expect(good.code, good.err).toBe(0);
    const {tables} = good.json<Tables>();
    expect(tables.map(({compared}) => compared.map(({method, plants}) => `${method} ${plants}`))).toEqual(
      tables.map(() => ['Fishbone 3', 'part by part 3', 'spoils 3', 'mine 3']),
    );
    // A method that says 1 of everything claims nothing, right or wrong.
    for (const {compared} of tables) expect(compared[2]).toMatchObject({anyFalse: 0, effect: null});
    expect(tables[1].compared[2].claimed).toBe(0);
    // What was planted quadruples the rate: three plants tell that it is well above 2.
    expect(tables[1].compared[3].effect).toBeGreaterThan(2);

    const bad = {
      nan: 'modules/nan.mjs',
      short: 'modules/short.mjs',
      throws: 'modules/throws.mjs',
      gone: 'modules/gone.mjs',
    };
    configure({methods: {...bad, mine: 'modules/lot-rates.ts'}});
    const mixed = await compare('--json');
    expect(mixed.code).toBe(1);
    expect(mixed.json<Tables>().wrong.toSorted()).toEqual([
      expect.stringContaining('the method gone cannot be used: '),
      expect.stringContaining('the method nan gave p = NaN for the factor s3.tool'),
      expect.stringContaining('the method short gave 1 values as p for 21 factors'),
      expect.stringContaining('the method throws failed: no luck'),
    ]);
    const mine = ({tables: all}: Tables) => all.map(({compared}) => compared.find(({method}) => method === 'mine'));
    expect(mine(mixed.json<Tables>())).toEqual(mine(good.json<Tables>()));
  });
});
