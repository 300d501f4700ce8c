/** A snapshot that was published into a folder, put into a bucket as well: there it is there once its manifest is, which goes last. */
import {readFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {QuestionError} from '../question-error.ts';
import type {Bucket} from './bucket.ts';
import {fileAt, MANIFEST, Manifest, type PublishedFile} from './manifest.ts';

export interface Uploaded {
  /** s3://bucket/prefix/plant=.../position-... */
  to: string;
  /** Files that the bucket did not have yet, and their bytes. */
  files: number;
  bytes: number;
  /** Older snapshots that are not kept there any more. */
  removed: string[];
}

/**
 * Twice is as good as once; stopped in the midst, it is gone on with. The DuckDB file stays behind: what asks a bucket reads Parquet.
 * @param snapshot its folder, `<place>/plant=<key>/position-<number>`
 * @param isOurs whether the ledger has an entry with this number and digest
 * @throws StoreError; QuestionError where another warehouse, or this one in another way, has published there
 */
export async function publishToBucket(
  bucket: Bucket,
  snapshot: string,
  {keep, isOurs}: {keep?: number; isOurs: (ledger: Manifest['ledger']) => boolean},
): Promise<Uploaded> {
  const plant = basename(dirname(snapshot));
  const path = `${plant}/${basename(snapshot)}`;
  const text = await readFile(join(snapshot, MANIFEST), 'utf8');
  const names = (await bucket.list(plant)).filter(name => /^position-\d{8}$/.test(name)).sort();
  await refuseOthers(bucket, plant, names, isOurs);
  const there = await bucket.text(`${path}/${MANIFEST}`);
  if (there !== null && there !== text)
    throw new QuestionError(`${bucket.name}/${path} was published from another copy of this position`, {
      hint: 'publish a newer position, or remove that one from the bucket first',
    });
  const uploaded = there === null ? await upload(bucket, snapshot, path, text) : {files: 0, bytes: 0};
  const kept = [...new Set([...names, basename(snapshot)])].sort();
  const old = keep === undefined ? [] : kept.slice(0, Math.max(0, kept.length - keep));
  for (const name of old) await forget(bucket, `${plant}/${name}`);
  return {to: `${bucket.name}/${path}`, ...uploaded, removed: old};
}

async function upload(
  bucket: Bucket,
  snapshot: string,
  path: string,
  text: string,
): Promise<{files: number; bytes: number}> {
  const {tables} = Manifest.parse(JSON.parse(text));
  const files = tables.flatMap(table => table.files);
  // What a run before put there of a copy that is not this one would be counted by engines that read folders.
  for (const name of (await bucket.sizes(path)).keys())
    if (!files.some(file => file.path === name)) await bucket.remove(`${path}/${name}`);
  let [sent, bytes] = [0, 0];
  for (const file of files) {
    if ((await bucket.digest(`${path}/${file.path}`)) === file.sha256) continue;
    await bucket.put(`${path}/${file.path}`, join(snapshot, file.path), file);
    sent++;
    bytes += file.bytes;
  }
  const manifest: PublishedFile = await fileAt(snapshot, MANIFEST);
  await bucket.put(`${path}/${MANIFEST}`, join(snapshot, MANIFEST), manifest);
  return {files: sent, bytes};
}

/** Snapshots of another warehouse under the same name would be taken for ones of this. */
async function refuseOthers(
  bucket: Bucket,
  plant: string,
  names: readonly string[],
  isOurs: (ledger: Manifest['ledger']) => boolean,
): Promise<void> {
  for (const name of names.toReversed()) {
    const text = await bucket.text(`${plant}/${name}/${MANIFEST}`);
    if (text === null) continue;
    const manifest = Manifest.parse(JSON.parse(text));
    if (isOurs(manifest.ledger)) return;
    throw new QuestionError(`${bucket.name}/${plant} has snapshots of another warehouse (plant ${manifest.plant})`, {
      hint: 'two plants need two names: "plant" in fishbone.json',
    });
  }
}

/** First its manifest, so that nobody takes half of it for the whole. */
async function forget(bucket: Bucket, path: string): Promise<void> {
  await bucket.remove(`${path}/${MANIFEST}`);
  for (const name of (await bucket.sizes(path)).keys()) await bucket.remove(`${path}/${name}`);
}
