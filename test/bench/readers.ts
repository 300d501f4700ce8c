/**
 * Rows a second and peak memory of each reader, over sizes, against the bare parser of the same format. A process a
 * measurement, so that peaks are its own: `npx tsx test/bench/readers.ts [rows ...]` (default 250000 1000000 4000000).
 * `FISHBONE_MEMORY_MB=500` bounds what DuckDB takes, `FISHBONE_FORMATS="xlsx;arrow"` measures these alone. One more format is
 * one more entry of `FORMATS`.
 */
import {execFileSync} from 'node:child_process';
import {createReadStream, createWriteStream} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pipeline} from 'node:stream/promises';
import {RecordBatchReader} from 'apache-arrow';
import {SaxesParser} from 'saxes';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import type {MappingInput} from '../../ingest/mapping.ts';
import {openDatabase, openSession, quoteText} from '../../warehouse/duckdb.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {writeJobs} from './b2mml-jobs.ts';
import {bytesIn, cost, inFolder, print, printRow, round} from './measure.ts';
import {TABLES, withMaker} from './plant-files.ts';
import {inflateEntry, writeArrow, writeWorkbook} from './reader-files.ts';

/** What DuckDB may use; by default half of the machine's, of which it takes what is free. */
const MEMORY_MB = process.env.FISHBONE_MEMORY_MB === undefined ? undefined : Number(process.env.FISHBONE_MEMORY_MB);

interface Format {
  file: string;
  /** Writes about as many records as are asked for. */
  write: (path: string, rows: number) => Promise<void>;
  /** Reads it as far as one has to, without Fishbone. */
  bare: (path: string) => Promise<unknown>;
  mapping?: MappingInput;
}

const copy = (options: string) => async (path: string, rows: number) => {
  const query = TABLES.inspections(rows);
  await withMaker(join(path, '..'), maker => maker.run(`copy (${query}) to ${quoteText(path)} (${options})`));
};

const copyBack = (reader: string) => async (path: string) => {
  const folder = join(path, '..');
  const instance = await openDatabase(join(folder, 'bare.duckdb'), {
    temporaryFolder: folder,
    memoryLimitMb: 6000,
    threads: 2,
  });
  const session = await openSession(instance);
  await session.run(`create table bare as select * from ${reader}(${quoteText(path)})`);
  session.connection.closeSync();
  instance.closeSync();
};

const writeLines = (lines: (rows: number) => Iterable<string>) => (path: string, rows: number) =>
  pipeline(lines(rows), createWriteStream(path));

async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({input: createReadStream(path), crlfDelay: Infinity})) take(line);
}

const FORMATS: Record<string, Format> = {
  csv: {file: 'inspections.csv', write: copy('format csv, header'), bare: copyBack('read_csv')},
  'csv, written anew (UTF-16)': {
    file: 'inspections.csv',
    write: async (path, rows) => {
      await copy('format csv, header')(`${path}.utf8`, rows);
      const text = createReadStream(`${path}.utf8`, 'utf8');
      await pipeline(
        text,
        async function* (pieces) {
          yield Buffer.from([0xff, 0xfe]);
          for await (const piece of pieces) yield Buffer.from(piece as string, 'utf16le');
        },
        createWriteStream(path),
      );
    },
    bare: path => copyBack('read_csv')(`${path}.utf8`),
  },
  ndjson: {file: 'inspections.ndjson', write: copy('format json'), bare: copyBack('read_json')},
  parquet: {file: 'inspections.parquet', write: copy('format parquet'), bare: copyBack('read_parquet')},
  dfq: {
    file: 'shaft.dfq',
    write: writeLines(function* (rows) {
      yield 'K0100 1\nK1001/1 S1\nK1002/1 Shaft\nK2001/1 1\nK2002/1 Diameter\nK2110/1 4.9\nK2111/1 5.1\n';
      for (let i = 0; i < rows; i++)
        yield `${(5 + (i % 97) / 1000).toFixed(3)}\x140\x1401.02.2026/06:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}\x14#B${i >> 10}\n`;
    }),
    bare: async path => {
      let fields = 0;
      await eachLine(path, line => (fields += line.split('\x14').length));
      return fields;
    },
  },
  cfx: {
    file: 'line.ndjson',
    write: writeLines(function* (rows) {
      for (let i = 0; i < rows; i++)
        yield `${JSON.stringify({
          MessageName: 'CFX.Production.TestAndInspection.UnitsInspected',
          Version: '1.3',
          TimeStamp: new Date(1_767_225_600_000 + i * 1000).toISOString(),
          UniqueID: `id-${i}`,
          Source: 'ACME.AOI7.SN1',
          MessageBody: {
            InspectedUnits: [
              {UnitIdentifier: `P${i}`, UnitPositionNumber: 1, OverallResult: 'Passed', Inspections: []},
            ],
          },
        })}\n`;
    }),
    bare: async path => {
      let messages = 0;
      await eachLine(
        path,
        line => (messages += (JSON.parse(line) as {MessageName: string}).MessageName.length > 0 ? 1 : 0),
      );
      return messages;
    },
  },
  xlsx: {
    file: 'parts.xlsx',
    write: writeWorkbook,
    bare: async path => {
      let elements = 0;
      const parser = new SaxesParser();
      parser.on('opentag', () => elements++);
      for await (const piece of inflateEntry(path, 'xl/worksheets/sheet1.xml')) parser.write(piece.toString());
      return elements;
    },
  },
  arrow: {
    file: 'parts.arrows',
    write: writeArrow,
    bare: async path => {
      let values = 0;
      for await (const batch of await RecordBatchReader.from(createReadStream(path)))
        for (const row of batch) if (row) values += Object.values(row.toJSON()).length;
      return values;
    },
  },
  'json, nested': {
    file: 'parts.ndjson',
    write: writeLines(function* (rows) {
      for (let i = 0; i < rows; i++)
        yield `${JSON.stringify({part: `P${i}`, product: 'A', about: {lot: `L${i >> 10}`, press: {force: i % 97}}})}\n`;
    }),
    bare: async path => {
      let keys = 0;
      await eachLine(path, line => (keys += Object.keys(JSON.parse(line) as object).length));
      return keys;
    },
    mapping: {
      tables: {parts: {part: 'part', product: 'product', lot: 'about.lot'}},
      ignore: {'about.press.force': 'no part of it'},
    },
  },
  'json, a document': {
    file: 'parts.json',
    write: writeLines(function* (rows) {
      yield '{"plant": "P", "results": [\n';
      for (let i = 0; i < rows; i++)
        yield `${JSON.stringify({part: `P${i}`, product: 'A', about: {lot: `L${i >> 10}`}})}${i < rows - 1 ? ',' : ''}\n`;
      yield ']}\n';
    }),
    bare: async path => {
      let keys = 0;
      await eachLine(path, line => {
        if (line.startsWith('{"part"')) keys += Object.keys(JSON.parse(line.replace(/,$/, '')) as object).length;
      });
      return keys;
    },
    mapping: {
      rows: 'results',
      tables: {parts: {part: 'part', product: 'product', lot: 'about.lot'}},
      ignore: {'$.plant': 'known'},
    },
  },
  b2mml: {
    file: 'jobs.xml',
    write: async (path, rows) => writeJobs(path, rows),
    bare: async path => {
      let elements = 0;
      const parser = new SaxesParser();
      parser.on('opentag', () => elements++);
      for await (const piece of createReadStream(path, 'utf8')) parser.write(piece as string);
      return elements;
    },
  },
};

/** In a process of its own. */
interface Measured {
  rows: number;
  ms: number;
  peakMb: number;
}

async function measureHere(what: string, name: string, path: string): Promise<Measured> {
  const {bare, mapping} = FORMATS[name];
  const folder = join(path, '..');
  let rows = 0;
  const {ms} = await cost(async () => {
    if (what === 'bare') return bare(path);
    const warehouse = await Warehouse.open(join(folder, 'warehouse'), {memoryLimitMb: MEMORY_MB});
    const plan = await planFile(path, {timeZone: 'UTC', mapping}, folder);
    const receipt = await warehouse.load(plan, linesOfRecords);
    rows = receipt.tables.reduce((sum, t) => sum + t.accepted + t.rejected + t.duplicates, 0);
    return warehouse.close();
  });
  // In kilobytes on Linux, as getrusage gives it.
  return {rows, ms, peakMb: process.resourceUsage().maxRSS / 1024};
}

function measure(what: string, name: string, path: string): Measured {
  const args = [...process.execArgv, import.meta.filename, 'measure', what, name, path];
  return JSON.parse(
    execFileSync(process.execPath, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']}),
  ) as Measured;
}

async function all(sizes: readonly number[], only?: readonly string[]): Promise<void> {
  print({
    title: 'Readers: a file into a fresh warehouse, against the bare parser',
    head: ['format', 'records', 'MB', 'records/s', 'bare records/s', 'ratio', 'peak MB', 'bare peak MB', 'rows told'],
    rows: [],
  });
  for (const [name, {file, write}] of Object.entries(FORMATS)) {
    if (only && !only.includes(name)) continue;
    for (const rows of sizes) {
      await inFolder(async folder => {
        const path = join(folder, file);
        await write(path, rows);
        const bare = measure('bare', name, path);
        const own = measure('ingest', name, path);
        printRow([
          name,
          rows,
          round(bytesIn(path) / 1e6, 1),
          round((rows / own.ms) * 1000),
          round((rows / bare.ms) * 1000),
          round(own.ms / bare.ms, 1),
          round(own.peakMb),
          round(bare.peakMb),
          own.rows,
        ]);
      });
    }
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'measure') {
  const [what, name, path] = rest;
  console.log(JSON.stringify(await measureHere(what, name, path)));
} else {
  const sizes = process.argv.slice(2).map(Number);
  await all(sizes.length === 0 ? [250_000, 1_000_000, 4_000_000] : sizes, process.env.FISHBONE_FORMATS?.split(';'));
}
