/** Where a name is mentioned in what people and machines sent: raw bytes, texts, JSON. */
import {createReadStream} from 'node:fs';
import {open, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {createGunzip} from 'node:zlib';
import {quoteText, type Session} from './duckdb.ts';

/** A name to look for, as it may be written down. */
export interface Mention {
  name: string;
  /**
   * Whether it says who is meant wherever it stands: letters, not an id. An id such as
   * "7" or "P17" does so only in a column of persons; elsewhere it is a number, a station, a part.
   */
  isDistinctive: boolean;
  /** Matches in bytes read as Latin-1. */
  inBytes: RegExp;
  /** Matches in texts and in the texts of JSON: the regular expression of DuckDB, with what stands before and after. */
  inSql: string;
}

export function mentionOf(name: string): Mention {
  const written = waysOfWriting(name);
  const bytes = written.map(text => escaped(Buffer.from(text).toString('latin1'))).join('|');
  const texts = written.map(escaped).join('|');
  const isDistinctive = isName(name);
  return {
    name,
    isDistinctive,
    inBytes: new RegExp(`(?<![A-Za-z0-9_\\x80-\\xff])(?:${bytes})(?![A-Za-z0-9_\\x80-\\xff])`),
    inSql: isDistinctive ? `(^|[^\\pL\\pN_])(${texts})([^\\pL\\pN_]|$)` : `(")(${texts})(")`,
  };
}

function isName(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return /\p{L}{3}|\p{Lo}{2}/u.test(text) || (letters >= 3 && !/\d/.test(text));
}

/** As it is, in CSV, in JSON with and without escapes, and any of these in a text of JSON. */
function waysOfWriting(name: string): string[] {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const inAscii = (text: string) =>
    text.replaceAll(/[\u0080-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const plain = [name, name.replaceAll('"', '""'), inJson(name), inAscii(inJson(name))];
  return [...new Set([...plain, ...plain.map(inJson)])].sort((a, b) => b.length - a.length);
}

/** A text as a regular expression that matches it. */
export const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/**
 * Digests of the kept raw files that mention a name, whatever the ledger says of them.
 * @param only look at these; null: at all
 */
export async function rawFilesWith(
  session: Session,
  folder: string,
  mention: Mention,
  only: ReadonlySet<string> | null,
): Promise<string[]> {
  const raw = join(folder, 'archive', 'raw');
  const found = new Set<string>();
  for (const file of await readdir(raw)) {
    const digest = /^([0-9a-f]{64})(\.gz)?$/.exec(file)?.[1];
    if (!digest || found.has(digest) || only?.has(digest) === false) continue;
    const path = join(raw, file);
    const has = (await isParquet(path)) ? rowsMention(session, path, mention) : bytesMention(path, mention);
    if (await has) found.add(digest);
  }
  return [...found].sort();
}

/** Whether a text file mentions a name, wherever its bytes are cut. */
export async function bytesMention(path: string, {inBytes, name}: Mention): Promise<boolean> {
  // Up to seven signs for one, as in \\u00e9, and one more on each side.
  const overlap = name.length * 8 + 2;
  const bytes = createReadStream(path, {highWaterMark: 1 << 20});
  let kept = '';
  for await (const chunk of path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes) {
    const text = kept + (chunk as Buffer).toString('latin1');
    const found = inBytes.exec(text);
    // At the very end it may go on in the next chunk.
    if (found && found.index + found[0].length < text.length) return true;
    kept = text.slice(-overlap);
  }
  return inBytes.test(kept);
}

async function isParquet(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    return (await file.read(Buffer.alloc(4), 0, 4, 0)).buffer.toString('latin1') === 'PAR1';
  } finally {
    await file.close();
  }
}

async function rowsMention(session: Session, path: string, {inSql}: Mention): Promise<boolean> {
  const {found} = await session.row<{found: boolean}>(
    `select exists (select 1 from (select to_json(t)::varchar as j from read_parquet(${quoteText(path)}) t)
       where regexp_matches(j, $pattern)) as found`,
    {pattern: inSql},
  );
  return found;
}
