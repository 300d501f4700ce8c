/** Bitmaps without compression, of 8 bits with a palette, of 24 and of 32: what older cameras write. */

export interface Bitmap {
  /** Row by row from the top. */
  pixels: Buffer;
  channels: 1 | 3;
  width: number;
  height: number;
}

interface BitmapHeader {
  width: number;
  height: number;
  /** Why it is not read. */
  reason: string | null;
}

/**
 * The file header and the first fields that all BITMAPINFOHEADERs have.
 * @see Microsoft, "Bitmap Storage": https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 * @throws RangeError if the file ends within them
 */
export function bmpHeader(bytes: Buffer): BitmapHeader {
  const size = bytes.readUInt32LE(14);
  if (size < 40) return {width: 1, height: 1, reason: 'a BMP of OS/2: send one of Windows, or PNG'};
  const width = bytes.readInt32LE(18);
  // Negative: the first row is the uppermost.
  const height = Math.abs(bytes.readInt32LE(22));
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const isRead = compression === 0 && [8, 24, 32].includes(bits);
  const reason = isRead
    ? null
    : `a BMP of ${bits} bits, compression ${compression}: 8, 24 or 32 bits without compression are read`;
  return {width, height, reason};
}

/** @returns the pixels, or the reason why there are none; its header was found good */
export function decodeBmp(bytes: Buffer): Bitmap | {reason: string} {
  const {width, height} = bmpHeader(bytes);
  const [start, infoBytes] = [bytes.readUInt32LE(10), bytes.readUInt32LE(14)];
  const isTopDown = bytes.readInt32LE(22) < 0;
  const bits = bytes.readUInt16LE(28);
  // Rows are filled up to whole double words.
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.length) {
    return {reason: `BMP is cut off: ${start + stride * height} bytes announced, ${bytes.length} there`};
  }
  const palette = bits === 8 ? paletteOf(bytes, 14 + infoBytes, bytes.readUInt32LE(46) || 256) : null;
  const channels = palette?.every(([b, g, r]) => b === g && g === r) ? 1 : 3;
  const pixels = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * channels;
      const at = row + (x * bits) / 8;
      const colour = palette ? palette[bytes[at]] : [bytes[at], bytes[at + 1], bytes[at + 2]];
      if (!colour) return {reason: `BMP is damaged: colour ${bytes[at]} of a palette of ${palette!.length}`};
      for (let c = 0; c < channels; c++) pixels[to + c] = colour[2 - c];
    }
  }
  return {pixels, channels, width, height};
}

/** @returns blue, green, red of each colour, as far as the file goes */
function paletteOf(bytes: Buffer, at: number, colours: number): number[][] {
  const count = Math.min(colours, 256, Math.floor((bytes.length - at) / 4));
  return Array.from({length: count}, (_, k) => [...bytes.subarray(at + 4 * k, at + 4 * k + 3)]);
}
