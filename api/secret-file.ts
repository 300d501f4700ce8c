import {readFile} from 'node:fs/promises';
import {keepSecret} from './redact.ts';

/** A secret out of its file, without white space around it. It is kept out of all that this process writes. */
export async function readSecret(path: string): Promise<string> {
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret === '') throw new Error(`${path} is empty`);
  keepSecret(secret);
  return secret;
}
