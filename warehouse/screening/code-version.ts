/** What an answer depends on besides question and position: the code that makes it. */
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

let known: string | undefined;

/** Digest of the sources of the warehouse: screening, its index, statistics, queries and factors among them. */
export function codeVersion(): string {
  if (known === undefined) {
    const hash = createHash('sha256');
    const warehouse = fileURLToPath(new URL('..', import.meta.url));
    const names = readdirSync(warehouse, {recursive: true, encoding: 'utf8'}).map(name => name.replaceAll('\\', '/'));
    for (const name of names.sort()) {
      if (/\.(ts|sql)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(warehouse, name)));
    }
    known = hash.digest('hex').slice(0, 16);
  }
  return known;
}
