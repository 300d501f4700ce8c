/** What the images of the test set look like to surface-v1, into its card: `npx tsx inference/training/reference.ts` */
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {encodePng} from '../../ingest/demo-plant/image.ts';
import {referenceOf} from '../reference.ts';
import {drawSet, SETS} from './sets.ts';

const CARD = fileURLToPath(new URL('../models/surface-v1/card.json', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'fishbone-reference-'));
try {
  for (const image of drawSet(SETS.test)) await writeFile(join(folder, `${image.seed}.png`), encodePng(image));
  const {reference, failures} = await referenceOf([folder], {model: 'surface-v1', on: 'test'});
  if (failures.length > 0) throw new Error(`without a verdict: ${JSON.stringify(failures)}`);
  const card = JSON.parse(await readFile(CARD, 'utf8')) as object;
  await writeFile(CARD, `${JSON.stringify({...card, reference}, null, 2)}\n`);
} finally {
  await rm(folder, {recursive: true, force: true});
}
