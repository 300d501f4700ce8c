import {crc32, deflateSync} from 'node:zlib';

/** A true PNG of 14,000 x 14,000 black pixels, one bit each, in 24 kB. */
export function hugePng(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(14_000, 0);
  header.writeUInt32BE(14_000, 4);
  // One bit a pixel, gray.
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(14_000 * (1 + 14_000 / 8)));
  const pieces = [chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...pieces]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
