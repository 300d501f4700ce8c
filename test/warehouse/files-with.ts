import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';

/** Paths below a folder of the files in which a text stands, byte for byte. */
export function filesWith(root: string, text: string): string[] {
  return readdirSync(root, {recursive: true, encoding: 'utf8'})
    .filter(name => statSync(join(root, name)).isFile() && readFileSync(join(root, name)).includes(text))
    .sort();
}
