/**
 * Files that were damaged at random: each is taken or refused, and what is taken accounts for every record. A failure
 * prints the seed and the mutations; `FISHBONE_FUZZ_RUNS=2000` looks longer, `FISHBONE_FUZZ_SEED=...` elsewhere.
 */
import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type IngestOptions, withPlan} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import type {Receipt} from '../../../warehouse/data-answers.ts';
import type {LoadPlan} from '../../../warehouse/load-plan.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {file, temporaryFolder} from '../folder.ts';

const RUNS = Number(process.env.FISHBONE_FUZZ_RUNS ?? 12);
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
const NDJSON = Array.from({length: 20}, (_, i) => JSON.stringify({part: `P${i}`, product: 'ü', lot: {n: i}})).join(
  '\n',
);

const FORMATS: {name: string; content: Buffer; options?: IngestOptions}[] = [
  {name: 'parts.csv', content: Buffer.from(CSV)},
  {name: 'parts.tsv', content: Buffer.from(`\ufeff${CSV.replaceAll(',', '\t')}`, 'utf16le')},
  {name: 'parts.ndjson', content: Buffer.from(NDJSON)},
  {
    name: 'measurements.parquet',
    content: input('cases/measurements.parquet'),
    options: {
      mapping: {
        tables: {measurements: {part: 'part', parameter: 'parameter', value: 'value'}},
        ignore: {extra: 'nested', measured_at: 'no zone'},
      },
    },
  },
  {name: 'shaft.dfq', content: input('dfq/compact/input.dfq'), options: {timeZone: 'UTC'}},
  {name: 'shaft.dfq', content: input('dfq/lines/input.dfq'), options: {timeZone: 'UTC'}},
  {name: 'line.ndjson', content: input('cfx/one-a-line/input.ndjson')},
  {name: 'line.json', content: input('cfx/array/input.json')},
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
    byte: fc.constantFrom(...Buffer.from('\0\x01\t\n\r\x0f\x14\x1a",;|{}[]\\'), 0x80, 0xff),
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
    else if (one.kind === 'insert') bytes = Buffer.concat([piece(0, at), Buffer.from([one.byte]), piece(at)]);
  }
  return bytes;
}

test.each(FORMATS)(
  `$name (%#): whatever is damaged, nothing is lost without a word (seed ${SEED})`,
  async format => {
    const {name, content, options} = format;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, {minLength: 1, maxLength: 4}), async mutations => {
        const path = file(name, mutated(content, mutations));
        await withPlan(path, {...options, dryRun: true}, async plan => {
          const receipt = await warehouse.load(plan, linesOfRecords);
          expect(receipt.status).toBe('dry-run');
          accounted(plan, receipt);
        }).catch((error: Error) => {
          if (error.name !== 'IngestError') throw error;
        });
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
      const [kind] = table.only?.[0].values ?? [undefined];
      const taken = lines.filter(line => line.$reason === undefined && (kind === undefined || line.record === kind));
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
