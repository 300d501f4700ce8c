import {mkdir, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {InferResult} from './infer.ts';

/**
 * Writes the rows as files of the canonical tables, to be ingested like anybody's: there is no private door.
 * @returns the paths, inspections before defects; a table without rows gets no file
 */
export async function writeInspections(
  folder: string,
  {inspections, defects}: Pick<InferResult, 'inspections' | 'defects'>,
): Promise<string[]> {
  await mkdir(folder, {recursive: true});
  const written: string[] = [];
  for (const [table, rows] of Object.entries({inspections, defects})) {
    if (rows.length === 0) continue;
    const path = join(folder, `${table}.ndjson`);
    // Renamed into place, so that nobody ever picks up half a file.
    await writeFile(`${path}.part`, rows.map(row => `${JSON.stringify(row)}\n`).join(''));
    await rename(`${path}.part`, path);
    written.push(path);
  }
  return written;
}
