/** A mapping made by the program: what it proposes, what it asks, and that what it proposes loads. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {App} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {type OutputOf, runOperation} from '../../api/operations.ts';
import {workbook} from '../ingest/readers/workbook.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

function file(lines: string[] | string, name = 'x.csv'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, typeof lines === 'string' ? lines : `${lines.join('\n')}\n`);
  return path;
}

const map = (
  app: App,
  path: string,
  answers: Record<string, string> = {},
  timeZone?: string,
): Promise<OutputOf<'map'>> => runOperation(app, 'map', {path, answers, timeZone}, {authenticated: null});

/** Without its comments. */
const plain = (text: string | null) => JSON.parse((text ?? 'null').replaceAll(/ \/\/ \d\.\d\d .*$/gm, '')) as unknown;

const GERMAN = [
  'Seriennummer;Artikel;Charge;Schicht;Maschine;Werkzeug;Prüfdatum;Uhrzeit;Ergebnis;Fehlercode;Drehmoment [Nm];Weg (mm);Temperatur_degC;Bemerkung',
  'A0001;G1;C7;Früh;P3;W1;13.04.2025;05;i.O.;;12,5;1,250;23,1;',
  'A0002;G1;C7;Früh;P3;W1;13.04.2025;05;n.i.O.;F12;12,9;1,251;23,2;Kratzer außen am Rand',
  'A0003;G1;C8;Spät;P4;W2;14.04.2025;14;i.O.;;11,5;1,252;k.A.;',
];

test('a German export becomes parts, operations, inspections, defects and measurements with units', async () => {
  const {app} = await servedPlant({empty: true});
  const path = file(GERMAN);
  const first = await map(app, path);
  expect(first.questions.map(({key}) => key)).toEqual(['time.zone', 'step']);
  expect(first.mapping).toBeNull();
  const mapped = await map(app, path, {step: 'press'}, 'Europe/Berlin');
  expect(mapped.questions).toEqual([]);
  expect(plain(mapped.mapping)).toMatchObject({
    tables: {
      parts: {part: 'Seriennummer', product: 'Artikel', lot: 'Charge'},
      operations: {part: 'Seriennummer', step: {constant: 'press'}, station: 'Maschine', tool: 'Werkzeug'},
      inspections: {
        part: 'Seriennummer',
        inspected_at: {join: ['Prüfdatum', 'Uhrzeit'], with: ' '},
        result: {map: 'Ergebnis', values: {'i.O.': 'pass', 'n.i.O.': 'fail'}},
      },
      defects: {only: {Ergebnis: ['n.i.O.']}, defect: 'Fehlercode'},
      measurements: {
        parameters: {'Drehmoment [Nm]': 'drehmoment_nm', 'Weg (mm)': 'weg_mm', Temperatur_degC: 'temperatur_degc'},
        texts: {Schicht: 'schicht'},
      },
      parameters: [
        {parameter: {constant: 'drehmoment_nm'}, unit: {constant: 'Nm'}},
        {parameter: {constant: 'weg_mm'}, unit: {constant: 'mm'}},
        {parameter: {constant: 'temperatur_degc'}, unit: {constant: 'degC'}},
      ],
    },
    decimal: ',',
    missing: ['k.A.'],
    timeFormats: ['%d.%m.%Y %H'],
    timeZone: 'Europe/Berlin',
  });
  expect(mapped.dryRun!.tables.map(({table, accepted, rejected}) => [table, accepted, rejected])).toEqual([
    ['parts', 3, 0],
    ['operations', 3, 0],
    ['inspections', 3, 0],
    ['defects', 1, 0],
    ['measurements', 3, 0],
    ['measurements', 3, 0],
    ['measurements', 1, 0],
    ['parameters', 1, 0],
    ['parameters', 1, 0],
    ['parameters', 1, 0],
  ]);
  // Every line says how sure it is, and why; a name alone is never sure.
  for (const {confidence, why} of mapped.lines) {
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(why).not.toBe('');
  }
  expect(mapped.lines.find(({place}) => place === 'tables.parts.part')).toMatchObject({
    confidence: 0.95,
    why: 'called part; unique in all 3 records',
  });

  // What was proposed is taken for what it says, comments included: 5 o'clock of April in Berlin is 3 in UTC.
  const mapping = join(temporaryFolder(), 'm.json');
  writeFileSync(mapping, mapped.mapping!);
  const [receipt] = await ingest(app, [path], {mapping});
  expect(receipt.status).toBe('accepted');
  const rows = (sql: string) => app.warehouse.read(undefined, s => s.rows(sql));
  expect(await rows("select part, result, inspected_at from inspections where part = 'A0002'")).toEqual([
    {part: 'A0002', result: 'fail', inspected_at: '2025-04-13T03:00:00.000Z'},
  ]);
  expect(await rows("select value from measurements where part = 'A0001' and parameter = 'weg_mm'")).toEqual([
    {value: 1.25},
  ]);
  expect(await rows("select unit from parameters where parameter = 'weg_mm'")).toEqual([{unit: 'mm'}]);
  // A parameter that is described already, perhaps with limits, is left alone.
  expect((await map(app, path, {step: 'press'}, 'UTC')).mapping).not.toContain('"unit"');
});

test('an id by its name alone is not sure', async () => {
  const {app} = await servedPlant({empty: true});
  const rows = Array.from({length: 40}, (_, k) => `S${k % 20},${k % 2 ? 'OK' : 'NOK'},${k / 8}`);
  const mapped = await map(app, file(['Serial,Result,Width', ...rows]));
  const line = mapped.lines.find(({place}) => place === 'tables.inspections.part')!;
  expect(line.confidence).toBeLessThan(0.75);
  expect(line.why).toContain('20 different in 40 records');
});

describe('what nothing in the whole file settles is asked', () => {
  const days = (n: number) => Array.from({length: n}, (_, k) => `P${k},0${1 + (k % 9)}/04/2025 06:00,OK`);
  const HEAD = 'Serial,Test Time,Result';

  test('03/04/2025: one 25 at the very end settles it, with its line', async () => {
    const {app} = await servedPlant({empty: true});
    const open = await map(app, file([HEAD, ...days(3000)]), {}, 'UTC');
    expect(open.questions.map(({key}) => key)).toEqual(['time.day-first']);
    expect(open.questions[0].why).toContain('in the whole column');
    const settled = await map(app, file([HEAD, ...days(3000), 'Q,25/04/2025 06:00,OK']), {}, 'UTC');
    expect(plain(settled.mapping)).toMatchObject({timeFormats: ['%d/%m/%Y %H:%M']});
    expect(settled.mapping).toContain('a first number above 12 on line 3002');
    const american = await map(app, file([HEAD, ...days(3), 'Q,04/25/2025 06:00,OK']), {}, 'UTC');
    expect(plain(american.mapping)).toMatchObject({timeFormats: ['%m/%d/%Y %H:%M']});
    const answered = await map(app, file([HEAD, ...days(3)]), {'time.day-first': 'no'}, 'UTC');
    expect(plain(answered.mapping)).toMatchObject({timeFormats: ['%m/%d/%Y %H:%M']});
    const both = await map(app, file([HEAD, 'P,25/04/2025 06:00,OK', 'Q,04/25/2025 06:00,OK']), {}, 'UTC');
    expect(both.refused).toEqual([expect.stringMatching(/line 2 has a day before the month, line 3 a month before/)]);
  });

  test('1.234 may be a little more than one, or more than a thousand', async () => {
    const {app} = await servedPlant({empty: true});
    const open = await map(app, file(['Serial,Result,Width', 'A,OK,1.234', 'B,OK,2.345']));
    expect(open.questions).toMatchObject([{key: 'number.decimal', why: expect.stringContaining('line 2')}]);
    const decimal = await map(app, file(['Serial,Result,Width', 'A,OK,1.234', 'B,OK,2.345']), {'number.decimal': '.'});
    expect(decimal.dryRun?.status).toBe('dry-run');
    // 0.125 separates no thousands, and neither does 1.5.
    for (const sure of ['0.125', '1.5', '12.3456']) {
      const settled = await map(app, file(['Serial,Result,Width', 'A,OK,1.234', `B,OK,${sure}`]));
      expect(settled.questions, sure).toEqual([]);
    }
    const clash = await map(app, file(['Serial;Result;Width;Depth', 'A;OK;1,5;2.5']));
    expect(clash.refused).toEqual([
      expect.stringMatching(/"Width" has "1,5" \(line 2\) and column "Depth" has "2.5" \(line 2\)/),
    ]);
    const grouped = await map(app, file(['Serial;Result;Width', 'A;OK;1.234,5', 'B;OK;1.234']));
    expect(grouped.notes.join()).toMatch(/"1.234" \(line 3\).*thousands cannot be read/);
  });

  test('hours without a day, codes that say nothing, two ids, a product, a zone', async () => {
    const {app} = await servedPlant({empty: true});
    const hours = file(['Serial,Uhrzeit,Result', 'A,05,OK', 'B,06,NOK']);
    expect((await map(app, hours, {}, 'UTC')).questions).toMatchObject([{key: 'time.date'}]);
    const dated = await map(app, hours, {'time.date': '2025-04-03'}, 'UTC');
    expect(dated.dryRun!.tables[0]).toMatchObject({table: 'inspections', accepted: 2, rejected: 0});

    const codes = (header: string) => map(app, file([`Serial,${header}`, 'A,0', 'B,1', 'C,0']));
    expect((await codes('Result')).questions.map(({key}) => key).sort()).toEqual(['result.0', 'result.1']);
    expect(plain((await codes('OK?')).mapping)).toMatchObject({
      tables: {inspections: {result: {values: {0: 'fail', 1: 'pass'}}}},
    });
    expect(plain((await codes('Failed')).mapping)).toMatchObject({
      tables: {inspections: {result: {values: {0: 'pass', 1: 'fail'}}}},
    });

    const twoIds = file(['Unit ID,Serial No,Result', ...Array.from({length: 25}, (_, k) => `U${k},S${k},OK`)]);
    const asked = await map(app, twoIds);
    expect(asked.questions).toMatchObject([{key: 'part', why: '"Unit ID" and "Serial No" may be it'}]);
    expect(plain((await map(app, twoIds, {part: 'Serial No'})).mapping)).toMatchObject({
      tables: {inspections: {part: 'Serial No'}},
      ignore: {'Unit ID': expect.any(String)},
    });
    expect((await map(app, file(['Serial,Lot,Result', 'A,L1,OK', 'B,L1,OK']))).questions).toMatchObject([
      {key: 'product'},
    ]);
    expect((await map(app, file(['Serial,Start,Step', 'A,2025-01-01 05:00,s']))).questions).toMatchObject([
      {key: 'time.zone'},
    ]);
  });
});

test('one record a value, readings of stations, lots, and other formats than CSV', async () => {
  const {app} = await servedPlant({empty: true});
  const long = await map(
    app,
    file(['Seriennr;Merkmal;Messwert;USG;OSG;Einheit', 'A;d1;9,5;9;11;mm', 'A;d2;1,5;1;2;mm', 'B;d1;9,7;9;11;mm']),
  );
  expect(plain(long.mapping)).toMatchObject({
    tables: {
      measurements: {part: 'Seriennr', parameter: 'Merkmal', value: 'Messwert'},
      parameters: {distinct: true, parameter: 'Merkmal', lsl: 'USG', usl: 'OSG', unit: 'Einheit'},
    },
  });
  expect(long.dryRun!.tables.map(({accepted, rejected}) => [accepted, rejected])).toEqual([
    [3, 0],
    [2, 0],
  ]);
  const readings = await map(
    app,
    file(['machine,time,Pressure [bar]', ...[1, 2, 3].map(k => `M1,2025-01-01T05:0${k}:00Z,${k}.5`)]),
  );
  expect(plain(readings.mapping)).toMatchObject({
    tables: {readings: {station: 'machine', at: 'time', parameter: {constant: 'pressure_bar'}}},
  });
  const lots = await map(app, file(['Charge;Material;Lieferant', 'C1;Stahl;Acme', 'C2;Stahl;Acme']));
  expect(plain(lots.mapping)).toMatchObject({
    tables: {lots: {lot: 'Charge', material: 'Material', supplier: 'Lieferant'}},
  });
  const ndjson = await map(
    app,
    file(['{"serial": "A", "result": "OK", "torque [Nm]": 1.5}', '{"serial": "B", "result": "NOK"}'], 'x.ndjson'),
  );
  expect(ndjson.dryRun!.tables.map(({table, accepted}) => [table, accepted])).toEqual([
    ['inspections', 2],
    ['measurements', 2],
    ['parameters', 1],
  ]);
  const parquet = join(temporaryFolder(), 'x.parquet');
  await app.warehouse.read(undefined, s =>
    s.run(`copy (select 'A' as serial, 'OK' as result, 1.5 as depth_mm) to '${parquet}'`),
  );
  expect(plain((await map(app, parquet)).mapping)).toMatchObject({
    tables: {inspections: {part: 'serial'}, measurements: {parameters: {depth_mm: 'depth_mm'}}},
  });
  const xlsx = join(temporaryFolder(), 'x.xlsx');
  const rows = [
    ['Serial', 'Result', 'Depth [mm]'],
    ['A', 'OK', 1.5],
    ['B', 'NOK', 2],
  ];
  writeFileSync(xlsx, workbook([{name: 'results', rows}]));
  expect((await map(app, xlsx)).dryRun!.tables.map(({table, accepted}) => [table, accepted])).toEqual([
    ['inspections', 2],
    ['measurements', 2],
    ['parameters', 1],
  ]);
  // A format that says itself what it holds needs none.
  await expect(map(app, file('K0100 1\nK1001 P\nK2001 c\n1.5\n', 'x.dfq'))).rejects.toThrow('says itself');
});

test('on the command line: written, or not written and what to answer', async () => {
  const folder = temporaryFolder();
  const at = ['--warehouse', join(folder, 'W')];
  const out = join(folder, 'm.json');
  const path = file(['Serial,Result,Width', 'A,0,1.5', 'B,1,2.5']);
  const asked = await fishboneHere(['map', path, '--out', out, ...at]);
  expect(asked.code).toBe(1);
  expect(asked.out).toContain('--answer result.0=pass  the part is good');
  expect(existsSync(out)).toBe(false);
  const done = await fishboneHere([
    'map',
    path,
    '--out',
    out,
    '--answer',
    'result.0=pass',
    '--answer',
    'result.1=fail',
    ...at,
  ]);
  expect(done.code).toBe(0);
  expect(done.out).toContain('Nothing was changed');
  expect(existsSync(join(folder, 'W'))).toBe(false);
  expect((await fishboneHere(['ingest', path, '--mapping', out, ...at])).code).toBe(0);
  const json = await fishboneHere(['map', path, '--json', ...at]);
  expect(JSON.parse(json.out)).toMatchObject({mapping: null, questions: [{key: 'result.0'}, {key: 'result.1'}]});
});

/** Real data sets are not part of the repository: FISHBONE_SHARED says where they are, or they lie beside it. */
const SHARED = process.env.FISHBONE_SHARED ?? new URL('../../../shared', import.meta.url).pathname;
const MADE = new URL('../../ingest/mappings/', import.meta.url).pathname;

describe.skipIf(!existsSync(join(SHARED, 'data')))('real data, beside the mappings that were made by hand', () => {
  const BANDS = (JSON.parse(readFileSync(join(MADE, 'cylinder-bands.json'), 'utf8')) as {columns: string[]}).columns;
  // As ingest/README.md says: what is asked, and how many of the columns are put to the same use.
  test.each([
    ['ai4i-2020', 'ai4i-2020/ai4i2020.csv', {part: 'UDI'}, 13, 14],
    [
      'secom',
      'secom/secom_raw_1567x207_labelled.csv',
      {
        part: 'row',
        'result.-1': 'pass',
        'result.1': 'fail',
        'time.zone': 'UTC',
        product: 'SECOM',
        step: 'in-house line test',
      },
      209,
      210,
    ],
    [
      'steel-plates',
      'steel-plates/faults.csv',
      {part: '$line', 'defect.none': 'never', product: 'steel plate'},
      28,
      29,
    ],
    ['mes-production-log', 'mes-production-log/Production_Data.csv', {'time.zone': 'Europe/Athens'}, 13, 14],
    [
      'cylinder-bands',
      'cylinder-bands/bands.data',
      {
        columns: BANDS.join(','),
        part: '$line',
        'time.zone': 'UTC',
        product: 'gravure cylinder',
        step: 'printing',
        'column.band_type': 'result',
        'result.band': 'fail',
        'result.noband': 'pass',
      },
      36,
      40,
    ],
  ] as [string, string, Record<string, string>, number, number][])(
    '%s',
    async (name, path, answers, alike, columns) => {
      const {app} = await servedPlant({empty: true});
      const mapped = await map(app, join(SHARED, 'data', path), answers);
      expect(mapped.questions).toEqual([]);
      expect(mapped.dryRun!.tables.reduce((sum, {rejected}) => sum + rejected, 0)).toBe(0);
      const mine = usesOf(plain(mapped.mapping) as Mapping);
      const theirs = usesOf(JSON.parse(readFileSync(join(MADE, `${name}.json`), 'utf8')) as Mapping);
      const {records} = {records: mapped.dryRun!};
      expect(records.notices.length).toBeGreaterThanOrEqual(0);
      const rest = [...mine.keys()].filter(column => !theirs.has(column));
      const same = [...mine].filter(
        ([column, use]) => (theirs.get(column) ?? (rest.includes(column) ? theirs.get('*') : undefined)) === use,
      );
      expect(mine.size).toBe(columns);
      expect({
        alike: same.length,
        not: [...mine]
          .filter(([c]) => !same.some(([s]) => s === c))
          .map(([c, use]) => `${c}: ${use}, by hand ${theirs.get(c) ?? theirs.get('*')}`),
      }).toMatchObject({alike});
    },
  );
});

interface Mapping {
  tables: Record<string, object | object[]>;
  ignore?: Record<string, string>;
}

/** Column -> the canonical columns that it fills; `*` for the columns that are the rest. */
function usesOf({tables, ignore}: Mapping): Map<string, string> {
  const uses = new Map<string, Set<string>>();
  const use = (column: string, what: string) => uses.set(column, (uses.get(column) ?? new Set()).add(what));
  const within = (value: unknown, what: string): void => {
    if (typeof value === 'string' && value !== '$line') use(value, what);
    else if (Array.isArray(value)) for (const one of value) within(one, what);
    else if (typeof value === 'object' && value !== null)
      for (const key of ['map', 'split', 'column', 'join', 'occurrence'])
        within((value as Record<string, unknown>)[key], what);
  };
  for (const [table, of] of Object.entries(tables))
    for (const one of [of].flat() as Record<string, unknown>[])
      for (const [column, value] of Object.entries(one)) {
        if (column === 'distinct') continue;
        if (column === 'only') for (const flag of Object.keys(value as object)) use(flag, `${table}.${column}`);
        else if (column === 'parameters' && (value as {rest?: boolean}).rest) use('*', 'measurements.value');
        else if (column === 'parameters' || column === 'texts')
          for (const source of Object.keys(value as object)) use(source, 'measurements.value');
        else if (column !== 'present') within(value, `${table}.${column}`);
      }
  for (const column of Object.keys(ignore ?? {})) use(column, 'nothing');
  return new Map([...uses].map(([column, what]) => [column, [...what].sort().join(', ')]));
}
