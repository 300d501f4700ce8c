/**
 * Files that were damaged at random: each is taken or refused, and what is taken accounts for every record. A failure
 * prints the seed and the mutations; `FISHBONE_FUZZ_RUNS=2000` looks longer, `FISHBONE_FUZZ_SEED=...` elsewhere.
 */
import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {IngestError} from '../../../ingest/error.ts';
import {type IngestOptions, withPlan} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import type {Receipt} from '../../../warehouse/data-answers.ts';
import type {LoadPlan} from '../../../warehouse/load-plan.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {file, temporaryFolder} from '../folder.ts';
import {type CellText, workbookParts, zip} from './workbook.ts';

const RUNS = Number(process.env.FISHBONE_FUZZ_RUNS ?? 60);
const SEED = Number(process.env.FISHBONE_FUZZ_SEED ?? 20261126);

const {path: home, remove} = temporaryFolder();
let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.open(home);
});
afterAll(async () => {
  await warehouse.close();
  remove();
});

const input = (name: string) => readFileSync(new URL(name, import.meta.url));
const CSV = ['part,product,lot', ...Array.from({length: 30}, (_, i) => `P${i},"A ""${i}"", \nB",L${i % 3}`)].join(
  '\r\n',
);
const LOTS = {tables: {parts: {part: 'part', product: 'product', lot: 'lot.n'}}};
const ARROW = {
  tables: {parts: {part: 'part', product: 'product', lot: 'lot', made_at: 'made_at'}},
  ignore: {price: 'of no part'},
};
const ARROW_FILE = {
  timeZone: 'UTC',
  tables: {
    parts: {part: 'part', product: 'about.product', made_at: 'about.made_at', lot: 'lot', work_order: 'work_order'},
  },
};
const NDJSON = Array.from({length: 20}, (_, i) => JSON.stringify({part: `P${i}`, product: 'ü', lot: {n: i}})).join(
  '\n',
);

const RESULTS = JSON.stringify(
  {
    plant: 'X',
    results: Array.from({length: 12}, (_, i) => ({
      part: `P${i}`,
      defects: [{code: 'D1', at: {x: i}}, {code: 'ü'}].slice(i % 3),
    })),
  },
  null,
  1,
);
const DEFECTS = {
  rows: 'results[].defects',
  tables: {
    parts: {part: 'part', product: '$.plant', distinct: true},
    defects: {inspection: 'part', defect: 'defects.code', x: 'defects.at.x', present: ['defects.code']},
  },
};
const SHEET = workbookParts([
  {
    name: 'parts',
    rows: [
      ['part', 'product', 'lot'],
      ...Array.from({length: 12}, (_, i): CellText[] => [
        `P${i}`,
        {number: String(45_000 + i), format: 'yyyy-mm-dd'},
        i,
      ]),
      ['Total', {xml: '<c><f>SUM(B2:B13)</f><v>1</v></c>'}, {xml: '<c t="e"><v>#N/A</v></c>'}],
    ],
  },
]);
const inSheet = (part: string) => ({
  name: 'parts.xlsx',
  content: Buffer.from(SHEET[part]),
  pack: (bytes: Buffer) => zip(Object.entries({...SHEET, [part]: bytes})),
});

interface Fuzzed {
  name: string;
  content: Buffer;
  options?: IngestOptions;
  /** Makes the file of what was damaged, where that is a part of it. */
  pack?: (bytes: Buffer) => Buffer;
  /** Cut off at any place, it is refused. */
  hasEnd?: true;
}

const FORMATS: Fuzzed[] = [
  {name: 'parts.csv', content: Buffer.from(CSV)},
  {name: 'parts.tsv', content: Buffer.from(`\ufeff${CSV.replaceAll(',', '\t')}`, 'utf16le')},
  {name: 'parts.ndjson', content: Buffer.from(NDJSON), options: {mapping: LOTS}},
  {name: 'results.json', content: Buffer.from(RESULTS), options: {mapping: DEFECTS}, hasEnd: true},
  {
    name: 'measurements.parquet',
    content: input('cases/measurements.parquet'),
    options: {
      mapping: {
        tables: {measurements: {part: 'part', parameter: 'parameter', value: 'value'}},
        ignore: {'extra.x': 'no value', 'extra.y': 'no value', measured_at: 'no zone'},
      },
    },
    hasEnd: true,
  },
  {name: 'parts.arrows', content: input('arrow/types/input.arrow'), options: {mapping: ARROW}, hasEnd: true},
  {name: 'parts.arrow', content: input('arrow/nested-file/input.arrow'), options: {mapping: ARROW_FILE}, hasEnd: true},
  {name: 'parts.xlsx', content: zip(Object.entries(SHEET)), hasEnd: true},
  inSheet('xl/worksheets/sheet1.xml'),
  inSheet('xl/styles.xml'),
  inSheet('xl/sharedStrings.xml'),
  inSheet('xl/workbook.xml'),
  {name: 'shaft.dfq', content: input('dfq/compact/input.dfq'), options: {timeZone: 'UTC'}},
  {name: 'shaft.dfq', content: input('dfq/lines/input.dfq'), options: {timeZone: 'UTC'}},
  {name: 'line.ndjson', content: input('cfx/one-a-line/input.ndjson')},
  {name: 'line.json', content: input('cfx/array/input.json')},
  ...['jobs', 'lots', 'tests', 'calendar'].map(name => ({
    name: `${name}.xml`,
    content: input(`b2mml/${name}/input.xml`),
  })),
];

const place = fc.double({min: 0, max: 1, noNaN: true, maxExcluded: true});
const mutation = fc.oneof(
  fc.record({kind: fc.constant('flip' as const), at: place, bit: fc.nat(7)}),
  fc.record({kind: fc.constant('cut' as const), at: place}),
  fc.record({kind: fc.constant('repeat' as const), at: place, length: fc.integer({min: 1, max: 300})}),
  fc.record({kind: fc.constant('drop' as const), at: place, length: fc.integer({min: 1, max: 40})}),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    text: fc.oneof(
      fc.constantFrom(...Array.from('\0\x01\t\n\r\x0f\x14\x1a",;|{}[]\\<>&', sign => Buffer.from(sign))),
      fc.constantFrom(Buffer.from([0x80]), Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80])),
      fc.constantFrom(
        ...[']]>', '<!--', '</', '<ID/>', '<a xmlns="">', '&#0;', '<!DOCTYPE a>', '1e999', '-', '""', 'null'].map(
          text => Buffer.from(text),
        ),
      ),
    ),
  }),
);

function mutated(
  content: Buffer,
  mutations: readonly (typeof mutation extends fc.Arbitrary<infer M> ? M : never)[],
): Buffer {
  let bytes = Buffer.from(content);
  for (const one of mutations) {
    const at = Math.floor(one.at * bytes.length);
    const piece = (from: number, to?: number) => bytes.subarray(from, to);
    if (one.kind === 'flip' && at < bytes.length) bytes[at] ^= 1 << one.bit;
    else if (one.kind === 'cut') bytes = Buffer.from(piece(0, at));
    else if (one.kind === 'repeat') bytes = Buffer.concat([piece(0, at + one.length), piece(at)]);
    else if (one.kind === 'drop') bytes = Buffer.concat([piece(0, at), piece(at + one.length)]);
    else if (one.kind === 'insert') bytes = Buffer.concat([piece(0, at), one.text, piece(at)]);
  }
  return bytes;
}

/** @returns whether it was taken; what is refused is so in a sentence that names the file */
async function taken({name, options}: Fuzzed, bytes: Buffer, isLoaded: boolean): Promise<boolean> {
  const path = file(name, bytes);
  try {
    await withPlan(path, {...options, dryRun: true}, async plan => {
      if (!isLoaded) return;
      const receipt = await warehouse.load(plan, linesOfRecords);
      expect(receipt.status).toBe('dry-run');
      accounted(plan, receipt);
    });
    return true;
  } catch (error) {
    if (!(error instanceof IngestError)) throw error;
    expect(error.message).toMatch(
      /(parts|results|measurements|shaft|line|jobs|lots|tests|calendar)\.\w+: .{15}|^mapping: /,
    );
    return false;
  }
}

test.each(FORMATS)(
  `$name (%#): whatever is damaged, nothing is lost without a word (seed ${SEED})`,
  async format => {
    const {content, pack = bytes => bytes} = format;
    expect(await taken(format, pack(content), true)).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, {minLength: 1, maxLength: 4}), fc.nat(7), async (mutations, load) => {
        await taken(format, pack(mutated(content, mutations)), load === 0);
      }),
      {numRuns: RUNS, seed: SEED, endOnFailure: RUNS > 100},
    );
  },
  3_600_000,
);

test.each(FORMATS.filter(({hasEnd}) => hasEnd))(
  `$name (%#): cut off at any place, it is refused whole (seed ${SEED})`,
  async format => {
    await fc.assert(
      fc.asyncProperty(fc.nat(format.content.length - 1), async length => {
        expect(await taken(format, format.content.subarray(0, length), false)).toBe(false);
      }),
      {numRuns: RUNS, seed: SEED, endOnFailure: RUNS > 100},
    );
  },
  3_600_000,
);

/** What the receipt counts is what is in the file. */
function accounted({path, records, tables}: LoadPlan, receipt: Receipt): void {
  const counts = receipt.tables.map(({accepted, rejected, duplicates}) => accepted + rejected + duplicates);
  if (records.format === 'ndjson' && records.made) {
    const made = readFileSync(records.path, 'utf8')
      .trimEnd()
      .split('\n')
      .filter(line => line !== '');
    const lines = made.map(line => JSON.parse(line) as Record<string, string>);
    const faults = lines.filter(line => line.$reason !== undefined).length;
    for (const [k, table] of tables.entries()) {
      const {column, values} = table.only?.[0] ?? {column: '', values: [] as (string | null)[]};
      const good = lines.filter(line => line.$reason === undefined);
      const ofTable = good.filter(line => column === '' || values.includes(line[column]));
      const taken = ofTable.filter(line => table.present?.every(name => (line[name] ?? '') !== '') ?? true);
      const expected = taken.length + (k === 0 ? faults : 0);
      if (table.distinct) expect(counts[k]).toBeLessThanOrEqual(expected);
      else expect(counts[k], table.table).toBe(expected);
    }
  } else if (records.format === 'csv') expect(counts[0]).toBe(recordsOf(readFileSync(path, 'utf8')) - 1);
  else if (records.format === 'ndjson') {
    const lines = readFileSync(path, 'utf8').replace('\ufeff', '').split('\n');
    expect(counts[0]).toBe(lines.filter(line => line.replaceAll(/[\r ]/g, '') !== '').length);
  } else expect(counts[0]).toBe(1);
}

/** By RFC 4180: line ends outside of quotes; a quote opens only where a field begins. */
function recordsOf(text: string): number {
  const withoutFields = text.replace('\ufeff', '').replaceAll(/(^|[\n,;|\t])"(?:[^"]|"")*"/g, '$1x');
  return withoutFields.split('\n').filter(line => line.replace(/\r$/, '') !== '').length;
}
