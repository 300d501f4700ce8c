import {bmpHeader} from './bmp.ts';

export interface ImageHeader {
  format: 'PNG' | 'JPEG' | 'TIFF' | 'BMP';
  width: number;
  height: number;
  /** Of a sample; 8 where it is fewer. */
  bits: number;
}

/** More pixels than this are refused before anything is decoded: a small file can claim gigabytes. */
export const MOST_PIXELS = 50_000_000;

/**
 * What the first bytes of an image say, by its magic number and not by its name.
 * @returns the header, or the reason why the file is not read
 */
export function readHeader(bytes: Buffer): ImageHeader | {reason: string} {
  if (bytes.length === 0) return {reason: 'the file is empty'};
  const header = identify(bytes);
  if ('reason' in header) return header;
  const {format, width, height} = header;
  if (!(width > 0 && height > 0)) return {reason: `${format} of ${width} x ${height} pixels`};
  if (width * height > MOST_PIXELS) {
    return {
      reason: `${format} of ${width} x ${height} pixels: more than ${MOST_PIXELS / 1e6} megapixels are not decoded`,
    };
  }
  return header;
}

function identify(bytes: Buffer): ImageHeader | {reason: string} {
  try {
    if (bytes.readUInt32BE(0) === 0x89504e47) return pngHeader(bytes);
    if (bytes.readUInt16BE(0) === 0xffd8) return jpegHeader(bytes);
    if (bytes.readUInt32BE(0) === 0x49492a00) return tiffHeader(bytes, 'LE');
    if (bytes.readUInt32BE(0) === 0x4d4d002a) return tiffHeader(bytes, 'BE');
    if (bytes.toString('latin1', 0, 2) === 'BM') {
      const {width, height, reason} = bmpHeader(bytes);
      return reason === null ? {format: 'BMP', width, height, bits: 8} : {reason};
    }
  } catch (error) {
    if (error instanceof RangeError) return {reason: 'the file ends within its header'};
    throw error;
  }
  return {reason: 'not a PNG, JPEG, TIFF or BMP image'};
}

/** The media type of an image by its first bytes. */
export function mediaTypeOf(start: Buffer): string {
  if (start.length >= 4 && start.readUInt32BE(0) === 0x89504e47) return 'image/png';
  if (start.length >= 2 && start.readUInt16BE(0) === 0xffd8) return 'image/jpeg';
  if (start.length >= 4 && [0x49492a00, 0x4d4d002a].includes(start.readUInt32BE(0))) return 'image/tiff';
  return start.toString('latin1', 0, 2) === 'BM' ? 'image/bmp' : 'application/octet-stream';
}

/** @see W3C Portable Network Graphics (PNG) Specification, 11.2.2 IHDR: it always comes first */
function pngHeader(bytes: Buffer): ImageHeader | {reason: string} {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return {reason: 'a PNG without a header'};
  const [width, height, bits] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes.readUInt8(24)];
  return {format: 'PNG', width, height, bits: Math.max(8, bits)};
}

/** @see ITU-T T.81, B.2.2: the frame header is found by walking from segment to segment */
function jpegHeader(bytes: Buffer): ImageHeader | {reason: string} {
  let at = 2;
  for (;;) {
    while (bytes.readUInt8(at) === 0xff && bytes.readUInt8(at + 1) === 0xff) at++;
    if (bytes.readUInt8(at) !== 0xff) return {reason: 'a JPEG whose segments do not follow each other'};
    const marker = bytes.readUInt8(at + 1);
    // C4, C8 and CC lie among the frame headers but are tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      const [bits, height, width] = [bytes.readUInt8(at + 4), bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      return bits === 8
        ? {format: 'JPEG', width, height, bits}
        : {reason: `a JPEG of ${bits} bits a sample: 8 are read`};
    }
    if (marker === 0xda || marker === 0xd9) return {reason: 'a JPEG without a frame header'};
    at += 2 + bytes.readUInt16BE(at + 2);
  }
}

/** @see TIFF 6.0, section 2: the first directory's ImageWidth (256), ImageLength (257) and BitsPerSample (258) */
function tiffHeader(bytes: Buffer, order: 'LE' | 'BE'): ImageHeader {
  const short = (at: number) => (order === 'LE' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (order === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const header: ImageHeader = {format: 'TIFF', width: 0, height: 0, bits: 8};
  const directory = long(4);
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + entry * 12;
    const size = short(at + 2) === 3 ? short(at + 8) : long(at + 8);
    if (short(at) === 256) header.width = size;
    if (short(at) === 257) header.height = size;
    // One a channel: more than two do not fit into the entry.
    if (short(at) === 258) header.bits = Math.max(8, long(at + 4) > 2 ? short(long(at + 8)) : short(at + 8));
  }
  return header;
}
