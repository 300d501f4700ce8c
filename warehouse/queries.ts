/** The fixed queries of `queries/*.sql`: each can be pasted into a DuckDB shell as it stands. */
import {readFileSync} from 'node:fs';

const texts = new Map<string, string>();

/** @param name a file of `queries/`, without `.sql` */
export function query(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8');
    texts.set(name, text);
  }
  return text;
}
