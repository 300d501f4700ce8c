/** Which images of inspections are kept here, and how large they are: what boxes are drawn on. */
import {open} from 'node:fs/promises';
import {readHeader} from '../inference/image-header.ts';
import {findImage} from '../warehouse/images.ts';
import type {InspectionCard} from '../warehouse/inspector-answers.ts';
import type {App} from './app.ts';

/** Headers of JPEG images may come late; of those that come later no size is told. */
const START_BYTES = 65_536;

/** @returns the same, with `kept` of those whose image is here */
export function withImages<T extends Pick<InspectionCard, 'image' | 'kept'>>(
  app: App,
  cards: readonly T[],
): Promise<T[]> {
  return Promise.all(cards.map(async card => ({...card, kept: await sizeOf(app, card.image)})));
}

async function sizeOf(app: App, digest: string | null): Promise<InspectionCard['kept']> {
  if (digest === null || !/^[0-9a-f]{64}$/.test(digest)) return null;
  const image = await findImage(app.warehouse.folder, digest);
  if (image === null) return null;
  const file = await open(image.path, 'r');
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    const header = readHeader(buffer.subarray(0, bytesRead));
    return 'reason' in header ? {width: null, height: null} : {width: header.width, height: header.height};
  } finally {
    await file.close();
  }
}
