import {createWriteStream} from 'node:fs';
import {type Readable, Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {FishboneError} from './errors.ts';

/** A larger one is no image of a part. */
export const MOST_BYTES = 128_000_000;

export const tooLarge = (): FishboneError =>
  new FishboneError('TOO_LARGE', `an image of more than ${MOST_BYTES / 1e6} MB is not taken`, {
    hint: 'send it compressed, or smaller',
  });

/** From the connection to the disk; not collected in memory. @throws FishboneError TOO_LARGE */
export async function receiveImage(body: Readable, path: string): Promise<void> {
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) done(null, chunk);
      else done(tooLarge());
    },
  });
  await pipeline(body, counting, createWriteStream(path));
}
