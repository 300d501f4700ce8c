import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {sealOf} from '../archive.ts';

export const MANIFEST = 'manifest.json';

const PublishedFile = z.object({
  path: z.string().describe('within the snapshot'),
  bytes: z.number(),
  sha256: z.string(),
});
export type PublishedFile = z.infer<typeof PublishedFile>;

const PublishedMonth = z.object({
  month: z.string().describe('as the folder says it: "2026-03", or "none" for rows without a time'),
  from: z
    .string()
    .nullable()
    .describe('when the first of the parts that its rows concern was first inspected; null if none was'),
  to: z.string().nullable().describe('when the last of them was'),
});
export type PublishedMonth = z.infer<typeof PublishedMonth>;

const PublishedTable = z.object({
  table: z.string(),
  rows: z.number(),
  columns: z.array(z.object({name: z.string(), type: z.string()})),
  partitionedBy: z.string().nullable().describe('a column that stands in the names of folders, Hive style'),
  months: z
    .array(PublishedMonth)
    .optional()
    .describe(
      'of a table of parts that is split: whom each of its months concerns, so that a question of a window reads no others',
    ),
  files: z.array(PublishedFile),
});
export type PublishedTable = z.infer<typeof PublishedTable>;

/** What a snapshot holds, from when, and how to tell that it still is what was published. */
export const Manifest = z.object({
  format: z.literal(1),
  plant: z.string(),
  position: z.number().int(),
  ledger: z.object({seq: z.number().int(), hash: z.string()}).describe('its last entry when this was published'),
  publishedAt: z.string(),
  code: z.string().describe('the version that published it'),
  timeZone: z.string().optional().describe('what days and hours are told in; older manifests do not say'),
  names: z.boolean().describe('whether persons are named; otherwise they are pseudonyms'),
  tables: z.array(PublishedTable),
  database: PublishedFile.nullable().describe('a DuckDB file with the same tables, to be opened read-only'),
  seal: z
    .string()
    .optional()
    .describe('SHA-256 of the rest of this manifest, as JSON without spaces; older ones have none'),
});
export type Manifest = z.infer<typeof Manifest>;

export const sealed = (manifest: Omit<Manifest, 'seal'>): Manifest => ({...manifest, seal: sealOfManifest(manifest)});

/** Whether it is what was sealed. */
export const isWhole = ({seal, ...rest}: Manifest): boolean => seal === undefined || seal === sealOfManifest(rest);

const sealOfManifest = (rest: Omit<Manifest, 'seal'>): string =>
  createHash('sha256').update(JSON.stringify(rest)).digest('hex');

/** @returns null where there is none that can be read */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return Manifest.parse(JSON.parse(text));
  } catch {
    // Whoever asks says what that means.
    return null;
  }
}

export async function fileAt(folder: string, path: string): Promise<PublishedFile> {
  return {path, ...(await sealOf(join(folder, path)))};
}

export const filesOf = ({tables, database}: Manifest): PublishedFile[] => [
  ...tables.flatMap(({files}) => files),
  ...(database ? [database] : []),
];
