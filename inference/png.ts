import {crc32, inflateSync} from 'node:zlib';

/** Chunks that change nothing about the pixels. */
const HARMLESS = ['pHYs', 'tEXt', 'zTXt', 'tIME'];
/** Larger images gain nothing: they are decoded beside JavaScript's thread. */
const MOST_BYTES = 1_000_000;
const START = 8;

/**
 * Small plain PNGs, of 8 bits gray or RGB, row by row, as inspection cells write them: several times as fast as a decoder
 * for everything. Whatever is special about the file, or wrong with it, is left to that.
 * @returns null for what is not plain, or not whole
 * @see W3C Portable Network Graphics (PNG) Specification, 9 (filtering) and 11.2.2 (IHDR)
 */
export function decodePlainPng(bytes: Buffer): {pixels: Uint8Array; channels: 1 | 3} | null {
  // Of the header: bits, colours, compression, filter, interlacing.
  const [kind, rest] = [bytes.readUInt32BE(24), bytes.readUInt8(28)];
  const channels = kind === 0x08000000 ? 1 : kind === 0x08020000 ? 3 : null;
  if (channels === null || rest !== 0) return null;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const stride = width * channels;
  const length = height * (stride + 1);
  if (length > MOST_BYTES) return null;
  const packed = packedRows(bytes);
  if (packed === null) return null;
  try {
    const rows = inflateSync(packed, {maxOutputLength: length + 1});
    return rows.length === length ? unfiltered(rows, {stride, height, channels}) : null;
  } catch {
    // Not what deflate makes: whoever decodes everything says what is wrong.
    return null;
  }
}

/** The contents of the data chunks together; null where a chunk is special, altered or missing. */
function packedRows(bytes: Buffer): Buffer | null {
  const pieces: Buffer[] = [];
  for (let at = START; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return null;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IEND') return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    if (type === 'IDAT') pieces.push(bytes.subarray(at + 8, end));
    else if (at !== START && !HARMLESS.includes(type)) return null;
    at = end + 4;
  }
  return null;
}

function unfiltered(
  rows: Buffer,
  {stride, height, channels}: {stride: number; height: number; channels: 1 | 3},
): {pixels: Uint8Array; channels: 1 | 3} | null {
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    const from = y * (stride + 1) + 1;
    const to = y * stride;
    if (filter > 4) return null;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : pixels[to + x - channels];
      const up = y === 0 ? 0 : pixels[to + x - stride];
      const upLeft = x < channels || y === 0 ? 0 : pixels[to + x - stride - channels];
      // A sum beyond 255 wraps around: that is how bytes are stored.
      pixels[to + x] = rows[from + x] + predicted(filter, left, up, upLeft);
    }
  }
  return {pixels, channels};
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [byLeft, byUp, byBoth] = [Math.abs(up - upLeft), Math.abs(left - upLeft), Math.abs(left + up - 2 * upLeft)];
  if (byLeft <= byUp && byLeft <= byBoth) return left;
  return byUp <= byBoth ? up : upLeft;
}
