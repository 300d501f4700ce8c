import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type DrawnSet, drawSet, SETS} from './sets.ts';

/**
 * Draws the sets into a folder: a set is `<name>.u8` (images one after another, 128 x 128 bytes of gray each) and
 * `<name>.csv` (its truth: seed, kind and the box of the defect in pixels). `sets.json` says what was drawn.
 * @see train.py, which reads them
 */
export async function drawSets(folder: string, sets: Record<string, DrawnSet>): Promise<void> {
  await mkdir(folder, {recursive: true});
  const drawn: Record<string, DrawnSet & {sha256: string}> = {};
  for (const [name, set] of Object.entries(sets)) drawn[name] = {...set, sha256: await writeSet(folder, name, set)};
  await writeFile(join(folder, 'sets.json'), `${JSON.stringify(drawn, null, 2)}\n`);
}

/** @returns the SHA-256 of the pixels: if it differs from the card's, the generator has changed since the training */
async function writeSet(folder: string, name: string, set: DrawnSet): Promise<string> {
  const digest = createHash('sha256');
  const truth = ['seed,kind,x,y,width,height'];
  const out = createWriteStream(join(folder, `${name}.u8`));
  for (const {seed, kind, defect, pixels} of drawSet(set)) {
    digest.update(pixels);
    truth.push([seed, kind, defect?.x, defect?.y, defect?.width, defect?.height].join(','));
    if (!out.write(pixels)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  await writeFile(join(folder, `${name}.csv`), `${truth.join('\n')}\n`);
  return digest.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (!folder) throw new Error('usage: node --import tsx inference/training/draw.ts FOLDER');
  await drawSets(folder, SETS);
}
