import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type ParseError, parse, printParseErrorCode} from 'jsonc-parser';
import '../warehouse/plain-words.ts';
import {z} from 'zod';
import type {Expression} from '../warehouse/load-plan.ts';
import {nearNames} from '../warehouse/near-names.ts';
import {IngestError} from './error.ts';
import {twinsIn} from './readers/csv-head.ts';
import {ENCODINGS} from './readers/encodings.ts';
import type {Layout} from './readers/reader.ts';

const Name = z.string().min(1);

/** The forms that a value may take besides a bare column name; the first key says which form it is. */
const FORMS = {
  column: z.strictObject({column: Name}),
  constant: z.strictObject({constant: z.string()}),
  split: z.strictObject({split: Name, at: Name, take: z.number().int()}),
  map: z.strictObject({
    map: Name,
    values: z.record(z.string(), z.string().nullable()),
    otherwise: z.union([z.enum(['reject', 'keep']), z.strictObject({value: z.string().nullable()})]).default('reject'),
  }),
  occurrence: z.strictObject({occurrence: z.array(Name).min(1)}),
  join: z.strictObject({join: z.array(z.unknown()).min(2), with: z.string()}),
} as const;
type Form = keyof typeof FORMS;

/** How a value is written in a mapping, and the expression that it stands for. */
const Value: z.ZodType<Expression> = z.unknown().transform((written, context): Expression => {
  if (typeof written === 'string' && written !== '')
    return written === '$line' ? {from: 'line'} : {from: 'column', column: written};
  const form = typeof written === 'object' && written !== null && Object.keys(FORMS).find(key => key in written);
  if (!form) {
    const message = `expected a column's name, "$line", or an object with one of ${Object.keys(FORMS).join(', ')}`;
    context.issues.push({code: 'custom', message, input: written});
    return z.NEVER;
  }
  const parsed = FORMS[form as Form].safeParse(written);
  if (parsed.success) return toExpression(parsed.data, context);
  for (const {message, path} of parsed.error.issues)
    context.issues.push({code: 'custom', message, path: [...path], input: written});
  return z.NEVER;
});

function toExpression(value: z.output<(typeof FORMS)[Form]>, context: z.RefinementCtx): Expression {
  if ('column' in value) return {from: 'column', column: value.column};
  if ('constant' in value) return {from: 'constant', value: value.constant};
  if ('split' in value) return {from: 'split', column: value.split, separator: value.at, take: value.take};
  if ('map' in value) return {from: 'map', column: value.map, values: value.values, otherwise: value.otherwise};
  if ('occurrence' in value) return {from: 'occurrence', of: value.occurrence};
  const pieces = z.array(Value).safeParse(value.join);
  if (pieces.success) return {from: 'join', pieces: pieces.data, separator: value.with};
  for (const {message, path} of pieces.error.issues)
    context.issues.push({code: 'custom', message, path: ['join', ...path], input: value.join});
  return z.NEVER;
}

const Text = z.string().nullable();

/** How a wide table's parameters are found: column -> parameter, or all columns that nothing else uses. */
const Parameters = z.union([
  z.record(z.string(), Name),
  z.strictObject({rest: z.literal(true), prefix: z.string().default('')}),
]);

const Table = z
  .object({
    only: z.record(z.string(), z.union([Text, z.array(Text).min(1)])).optional(),
    present: z.array(Name).min(1).optional(),
    distinct: z.boolean().optional(),
    parameters: Parameters.optional(),
    texts: z.record(z.string(), Name).optional(),
  })
  .catchall(Value)
  .transform(({only, present, distinct, parameters, texts, ...columns}) => ({
    columns: columns as Record<string, Expression>,
    only: Object.entries(only ?? {}).map(([column, values]) => ({column, values: [values].flat()})),
    present,
    distinct,
    parameters,
    texts,
  }));

/** What a receipt should state about a file, counted when it is read. */
const Notice = z.union([
  z.strictObject({count: z.literal('exact-duplicates'), say: Name}),
  z.strictObject({count: z.record(z.string(), Text), say: Name}),
  z.strictObject({sum: Name, say: Name}),
]);

/** Names for the columns of a file without a header. One name alone is refused: an empty line would be a record or none. */
const Columns = z
  .array(Name)
  .min(2)
  .superRefine((names, context) => {
    const twins = twinsIn(names);
    if (twins) context.addIssue({code: 'custom', message: `it ${twins}: rename one of them`});
  });

const Mapping = z.strictObject({
  about: z.string().optional(),
  columns: Columns.optional(),
  encoding: z.enum(ENCODINGS).optional(),
  skipLines: z.number().int().min(1).max(1000).optional(),
  headerRows: z.number().int().min(1).max(5).optional(),
  totals: z.union([z.enum(['ignore', 'keep']), z.array(Name).min(1)]).optional(),
  sheet: Name.optional(),
  rows: Name.optional(),
  tables: z.record(z.string(), z.union([Table.transform(table => [table]), z.array(Table)])),
  ignore: z.record(z.string(), Name).default({}),
  timeZone: z.string().optional(),
  timeFormats: z.array(Name).default([]),
  missing: z.array(z.string()).default([]),
  foldCase: z.record(z.string(), z.enum(['lower', 'upper'])).default({}),
  decimal: z.enum(['.', ',']).default('.'),
  notices: z.array(Notice).default([]),
});

/** @returns what a mapping says of how its table stands in the file */
export function layoutOf({columns, encoding, skipLines, headerRows, totals, decimal}: Mapping): Layout {
  return {names: columns, encoding, skipLines, headerRows, totals, decimal};
}

/** A mapping as a person writes it (JSON, comments allowed); README.md shows each form. */
export type MappingInput = z.input<typeof Mapping>;
export type Mapping = z.output<typeof Mapping>;
export type MappedTable = Mapping['tables'][string][number];
export type MappingNotice = Mapping['notices'][number];
export interface ReadMapping {
  mapping: Mapping;
  /** Names the mapping in errors. */
  where: string;
  input: MappingInput;
}

/**
 * Reads a mapping from its file, or checks one given as an object.
 * @throws IngestError naming the file, the place in it and what was expected there
 */
export async function readMapping(given: string | MappingInput): Promise<ReadMapping> {
  const where = typeof given === 'string' ? given : 'mapping';
  const input = typeof given === 'string' ? await readJson(given) : given;
  const parsed = Mapping.safeParse(input);
  if (parsed.success) return {mapping: parsed.data, where, input: input as MappingInput};
  throw new IngestError(`${where}: ${firstReason(parsed.error)}`);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(async (cause: NodeJS.ErrnoException) => {
    throw new IngestError(`${path}: ${await whyUnread(path, cause)}`, {cause});
  });
  // Comments may say why a line is as it is.
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\ufeff/, ''), errors, {allowTrailingComma: true});
  if (errors.length === 0) return value;
  const line = text.slice(0, errors[0].offset).split('\n').length;
  const what = printParseErrorCode(errors[0].error)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  throw new IngestError(`${path}: the mapping is not valid JSON: ${what} on line ${line}`);
}

/** A mapping is named by its path; those that come with Fishbone are listed, for whoever gave a name. */
async function whyUnread(path: string, {code, message}: NodeJS.ErrnoException): Promise<string> {
  if (code === 'EISDIR') return 'is a folder, not a mapping: name the file in it';
  if (code === 'EACCES') return 'the mapping may not be read: ask whoever owns the file';
  if (code !== 'ENOENT') return `the mapping cannot be read: ${message}`;
  const own = fileURLToPath(new URL('mappings', import.meta.url));
  const near = nearNames(
    basename(path, '.json'),
    (await readdir(own)).map(name => name.replace(/\.json$/, '')),
  );
  const meant = near.length > 0 ? `; or is ${join(own, `${near[0]}.json`)} meant?` : '';
  return `there is no such mapping: check the path${meant}`;
}

/** A sentence for the innermost thing that is wrong: of a choice, the alternative that got furthest. */
function firstReason(error: z.ZodError): string {
  let deepest: {path: PropertyKey[]; message: string} | undefined;
  const visit = (path: PropertyKey[], issue: z.core.$ZodIssue): void => {
    const full = [...path, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0)
      for (const inner of issue.errors.flat()) visit(full, inner);
    else if (!deepest || full.length > deepest.path.length) deepest = {path: full, message: issue.message};
  };
  visit([], error.issues[0]);
  return `${deepest?.path.map(String).join('.') || 'top level'}: ${deepest?.message ?? error.message}`;
}
