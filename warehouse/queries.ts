/** Fixed queries, each in a file of its own that a person can paste into the DuckDB shell. */
import {readFileSync} from 'node:fs';

const texts = new Map<string, string>();

/** The text of `queries/<name>.sql`. */
export function query(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8');
    texts.set(name, text);
  }
  return text;
}
