/** A mapping for a file, made by the program and tried at once. */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {z} from 'zod';
import {IngestError} from '../ingest/error.ts';
import {encodingNamed} from '../ingest/ingest.ts';
import {propose} from '../ingest/propose/propose.ts';
import {read} from '../ingest/readers/readers.ts';
import {Receipt} from '../warehouse/data-answers.ts';
import {Sheet} from '../warehouse/sheet.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {ingest} from './load-files.ts';
import {operation} from './operation.ts';

const Text = z.string().min(1);

const MapQuestion = z.strictObject({
  path: Text.describe('a file with columns: CSV, XLSX, JSON, NDJSON, Parquet, Arrow'),
  answers: z.record(z.string(), z.string()).default({}).describe('to what was asked before, by its key'),
  timeZone: Text.optional(),
});

const MapAnswer = z.object({
  source: z.string(),
  mapping: z.string().nullable().describe('JSON with comments; null where something has to be answered first'),
  lines: z
    .array(z.object({place: z.string(), confidence: z.number(), why: z.string()}))
    .describe('what speaks for each line; the confidence ranks lines and is no probability'),
  questions: z.array(
    z.object({
      key: z.string(),
      ask: z.string(),
      why: z.string(),
      options: z.array(z.object({answer: z.string(), means: z.string()})).describe('empty: answer freely'),
    }),
  ),
  refused: z.array(z.string()).describe('what keeps the file from being mapped, whatever is answered'),
  notes: z.array(z.string()),
  dryRun: Receipt.nullable().describe('what the proposed mapping would take'),
});

export const MAP_OPERATIONS = {
  map: operation({
    summary: 'Proposes a mapping for a file, says what speaks for each line, asks what nothing settles, and tries it',
    input: MapQuestion,
    output: MapAnswer,
    makes: true,
    run: mapFile,
  }),
} as const;

async function mapFile(app: App, question: z.output<typeof MapQuestion>): Promise<z.input<typeof MapAnswer>> {
  const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'map-'));
  try {
    return await mapInto(app, question, folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** @param folder for records that have to be made from the file, and for the mapping while it is tried */
async function mapInto(
  app: App,
  {path, answers, timeZone}: z.output<typeof MapQuestion>,
  folder: string,
): Promise<z.input<typeof MapAnswer>> {
  const reading = await readAs(path, answers, folder).catch(unusable);
  if (reading.tables)
    throw new FishboneError('USAGE', `${path} says itself what its tables are`, {
      hint: 'it needs no mapping: ingest it as it is',
    });
  const zone = timeZone ?? app.config.chosenTimeZone;
  const {text, ...rest} = await app.warehouse.read(undefined, async session => {
    const rows = await session.rows<{parameter: string}>('select distinct parameter from parameters');
    const sheet = await Sheet.open(session, reading.records);
    try {
      return await propose(sheet, {
        stem: basename(path).split('.')[0],
        answers,
        timeZone: zone ? {name: zone, by: timeZone ? 'as said by --time-zone' : "the plant's, by fishbone.json"} : null,
        known: new Set(rows.map(({parameter}) => parameter)),
      });
    } finally {
      await sheet.close();
    }
  });
  const dryRun = text === null ? null : await tried(app, path, text, folder);
  return {source: path, mapping: text, ...rest, notes: [...reading.notices, ...rest.notes], dryRun};
}

function readAs(path: string, answers: Record<string, string>, into: string) {
  const {columns, sheet, rows, encoding} = answers;
  return read(path, {
    into,
    names: columns?.split(',').map(name => name.trim()),
    ...(sheet !== undefined && {sheet}),
    ...(rows !== undefined && {rows}),
    ...(encoding !== undefined && {encoding: encodingNamed(encoding)}),
  });
}

/** Reads the mapping as a person's would be, and says what it would take. */
async function tried(app: App, path: string, text: string, folder: string): Promise<Receipt> {
  const mapping = join(folder, 'mapping.json');
  await writeFile(mapping, text);
  const [receipt] = await ingest(app, [path], {mapping, dryRun: true});
  return receipt;
}

function unusable(error: unknown): never {
  if (!(error instanceof IngestError)) throw error;
  const headless = /the header (names|has)|of the header has no name/.test(error.message);
  throw new FishboneError('FILE_UNUSABLE', error.message, {
    hint: headless
      ? 'if the file has no header, name its columns: --answer columns=first,second,...'
      : 'of a workbook, nested JSON or a code page, say more: --answer sheet=..., rows=..., encoding=...',
    cause: error,
  });
}
