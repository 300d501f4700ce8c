/** How long images are kept: by rule, and longer as long as something needs them. */
import {rm} from 'node:fs/promises';
import {type KeptImage, keptImages, thumbnailPath, unfinishedImages} from './images.ts';
import {query} from './queries.ts';
import {cutoff} from './retention.ts';
import type {Warehouse} from './store.ts';

/** In words such as "90 days"; what has no rule is kept for good. */
export interface ImageRules {
  /** Of images that failed, or could not be judged. */
  failImages?: string;
  /** Of images that passed, and of those that no inspection names. */
  passImages?: string;
}

/** Lots and parts that may not lose their evidence. */
export interface Held {
  lots: readonly string[];
  parts: readonly string[];
}

export interface RetainedImages {
  before: {fail: string | null; pass: string | null};
  gone: {images: number; bytes: number};
  /** What is older than the rules and stays all the same. */
  stay: {held: number; reviewed: number};
}

/** An entry of the kind `images`: which images went. */
interface ImagesBody {
  did: 'remove';
  images: string[];
  bytes: number;
  rules: ImageRules;
}

const GROUP = 5_000;
/** What a process that died left half-written. */
const UNFINISHED_MS = 86_400_000;

/**
 * Removes images that are older than the rules say: by the time when they were taken, where nobody said it by the time when
 * they were kept. Images of parts under an open hold stay, and those whose verdict a person reviewed. The ledger says which
 * are gone before they are.
 * @param options.now ISO 8601: the rules count back from it
 */
export async function applyImageRetention(
  warehouse: Warehouse,
  rules: ImageRules,
  {dryRun, now, held}: {dryRun: boolean; now: string; held: Held},
): Promise<RetainedImages> {
  const before = {fail: cutoff(rules.failImages, now), pass: cutoff(rules.passImages, now)};
  const retained: RetainedImages = {before, gone: {images: 0, bytes: 0}, stay: {held: 0, reviewed: 0}};
  const {folder} = warehouse;
  if (!dryRun) await unfinishedImages(folder, Date.parse(now) - UNFINISHED_MS, path => rm(path, {force: true}));
  if (before.fail === null && before.pass === null) return retained;
  for await (const group of groupsOf(keptImages(folder), GROUP)) {
    const old = await oldOf(warehouse, group, {before, held, stay: retained.stay});
    if (old.length === 0) continue;
    const bytes = old.reduce((sum, image) => sum + image.bytes, 0);
    retained.gone.images += old.length;
    retained.gone.bytes += bytes;
    if (dryRun) continue;
    const body: ImagesBody = {did: 'remove', images: old.map(({digest}) => digest), bytes, rules};
    await warehouse.note('images', body);
    for (const {digest, path} of old) {
      await rm(path, {force: true});
      await rm(thumbnailPath(folder, digest), {force: true});
    }
  }
  return retained;
}

async function oldOf(
  warehouse: Warehouse,
  group: readonly KeptImage[],
  {before, held, stay}: {before: RetainedImages['before']; held: Held; stay: RetainedImages['stay']},
): Promise<KeptImage[]> {
  const rows = await warehouse.read(undefined, session =>
    session.rows<{image: string; takenMs: number | null; isFail: boolean; isReviewed: boolean; isHeld: boolean}>(
      query('kept-images'),
      {images: group.map(({digest}) => digest), lots: listOrNull(held.lots), parts: listOrNull(held.parts)},
    ),
  );
  const told = new Map(rows.map(row => [row.image, row]));
  return group.filter(({digest, keptMs}) => {
    const row = told.get(digest);
    const limit = row?.isFail ? before.fail : before.pass;
    const takenMs = row?.takenMs === undefined || row.takenMs === null ? keptMs : Number(row.takenMs);
    if (limit === null || takenMs >= Date.parse(limit)) return false;
    if (row?.isHeld) stay.held++;
    else if (row?.isReviewed) stay.reviewed++;
    return !row?.isHeld && !row?.isReviewed;
  });
}

/** An empty list has no type that could be bound. */
const listOrNull = (ids: readonly string[]) => (ids.length === 0 ? null : [...ids]);

async function* groupsOf<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const one of all) {
    group.push(one);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
