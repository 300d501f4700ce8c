/** What an answer depends on besides question and position: the code that makes it. */
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';

let known: string | undefined;

/** Digest of the sources of screening, its statistics, its queries and its factors. */
export function codeVersion(): string {
  if (known === undefined) {
    const hash = createHash('sha256');
    for (const folder of ['./', '../statistics/', '../queries/', '../']) {
      const url = new URL(folder, import.meta.url);
      for (const name of readdirSync(url).sort()) {
        if (/\.(ts|sql)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(new URL(name, url)));
      }
    }
    known = hash.digest('hex').slice(0, 16);
  }
  return known;
}
