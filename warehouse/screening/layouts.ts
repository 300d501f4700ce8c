import type {Frame} from './frame.ts';
import {Layout} from './layout.ts';

const MOST_KEPT = 2;
const kept = new Map<string, Layout>();

/**
 * The layout of a frame, that of an earlier question where this one asks about the very same parts, lots and strata of
 * the same index: a new outcome then finds every count ready.
 */
export function rememberedLayout(frame: Frame, keep: Uint8Array): Layout {
  if (frame.index === undefined) return new Layout(frame, keep);
  const key = `${frame.index} ${whoIsWhere(frame, keep)}`;
  const layout = kept.get(key) ?? new Layout(frame, keep);
  // The one asked for last stands last.
  kept.delete(key);
  kept.set(key, layout);
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
  return layout;
}

/** 64 bits of which rows are kept, in which lot and stratum. */
function whoIsWhere({lot, stratum, strata}: Frame, keep: Uint8Array): string {
  let one = 0x811c9dc5;
  let two = 0x9747b28c;
  let rows = 0;
  for (let i = 0; i < keep.length; i++) {
    if (keep[i] === 0) continue;
    rows++;
    const cell = lot[i] * strata.length + stratum[i];
    one = Math.imul(one ^ cell, 0x01000193) ^ i;
    two = Math.imul(two ^ (cell + Math.imul(i, 0x85ebca6b)), 0xcc9e2d51);
    two ^= two >>> 15;
  }
  return `${keep.length}/${rows}/${strata.length}/${one >>> 0}/${two >>> 0}`;
}
