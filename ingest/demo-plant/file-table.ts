import {open} from 'node:fs/promises';

/** A canonical table as it is exported: rows are made while they are written. */
export interface Table {
  /** The file's stem. */
  name: string;
  columns: string[];
  rows: Iterable<string>;
}

const CHUNK_CHARACTERS = 256 * 1024;

/** One line of CSV. Nothing in the plant holds a comma or a quote: a cell that does is a mistake. */
export function csv(...cells: (string | number)[]): string {
  return cells.join(',');
}

/** Writes a few hundred kilobytes at a time. @returns how many rows */
export async function writeLines(path: string, header: string | null, rows: Iterable<string>): Promise<number> {
  const file = await open(path, 'w');
  let count = 0;
  try {
    let chunk = header === null ? '' : `${header}\n`;
    for (const row of rows) {
      chunk += `${row}\n`;
      count++;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      await file.write(chunk);
      chunk = '';
    }
    await file.write(chunk);
  } finally {
    await file.close();
  }
  return count;
}
