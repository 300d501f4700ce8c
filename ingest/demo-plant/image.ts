import {crc32, deflateSync} from 'node:zlib';
import {drawMark, type Rectangle} from './marks.ts';
import {type Random, random} from './random.ts';

export type SurfaceKind = 'good' | 'scratch' | 'void' | 'stain';

export interface SurfaceOptions {
  kind: SurfaceKind;
  seed: number;
  /** Side of the square image, in pixels; 128 unless told. */
  size?: number;
  /** How strongly a defect stands out: 1 as a plant sees it, less is harder. */
  contrast?: number;
}

export interface Surface {
  /** Row by row, one byte of gray a pixel. */
  pixels: Uint8Array;
  width: number;
  height: number;
  /** The box around what was drawn as a defect, in pixels. */
  defect: Rectangle | null;
}

/** A machined surface under a lamp, as an inspection camera sees it, with at most one defect. */
export function drawSurface({kind, seed, size = 128, contrast = 1}: SurfaceOptions): Surface {
  const draw = random(seed, 'surface');
  const light = new Float32Array(size * size);
  const lay = draw.between(-0.35, 0.35);
  illuminate(light, size, draw);
  machine(light, size, lay, draw);
  soil(light, size, lay, draw);
  const defect = kind === 'good' ? null : drawMark(light, size, {kind, lay, contrast}, random(seed, kind));
  return {pixels: expose(light, draw), width: size, height: size, defect};
}

/** A lamp that never hangs quite in the middle. */
function illuminate(light: Float32Array, size: number, draw: Random) {
  const base = draw.between(105, 150);
  const slope = draw.between(0, 26);
  const angle = draw.between(0, 2 * Math.PI);
  const vignette = draw.between(2, 16);
  const [dx, dy] = [Math.cos(angle) * slope, Math.sin(angle) * slope];
  for (let y = 0, i = 0; y < size; y++) {
    const v = y / size - 0.5;
    for (let x = 0; x < size; x++, i++) {
      const u = x / size - 0.5;
      light[i] = base + dx * u + dy * v - vignette * 4 * (u * u + v * v);
    }
  }
}

/** Lay lines: the cutter's feed marks, nearly parallel, uneven in depth, fading in and out along their length. */
function machine(light: Float32Array, size: number, lay: number, draw: Random) {
  const pitch = draw.between(2.2, 5.5);
  const depth = draw.between(3, 8);
  const profile = feedMarks(size * 2, pitch, depth, draw);
  const [sin, cos] = [Math.sin(lay), Math.cos(lay)];
  const [fadeLength, fadePhase] = [draw.between(0.02, 0.06), draw.between(0, 6.28)];
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const across = y * cos - x * sin + size / 2;
      const k = across | 0;
      const line = profile[k] + (profile[k + 1] - profile[k]) * (across - k);
      const along = x * cos + y * sin;
      // A parabola in place of a sine: only the rhythm matters, and there are 16,384 pixels an image.
      const phase = (along * fadeLength + fadePhase + k * 0.05) % 2;
      light[i] += line * (0.75 + (phase < 1 ? 1 : -1) * (phase % 1) * (1 - (phase % 1)));
    }
  }
}

function feedMarks(length: number, pitch: number, depth: number, draw: Random): Float32Array {
  const profile = new Float32Array(length + 2);
  let phase = draw.between(0, 6.28);
  let strength = 1;
  let waviness = 0;
  for (let k = 0; k < profile.length; k++) {
    phase += (2 * Math.PI) / pitch + 0.15 * draw.normal();
    strength = 0.9 * strength + 0.1 + 0.18 * draw.normal();
    waviness = 0.96 * waviness + 0.9 * draw.normal();
    profile[k] = depth * strength * Math.sin(phase) + waviness;
  }
  return profile;
}

/** Specks of dust and faint marks along the lay: what a good part shows too, so that looking for contrast is not enough. */
function soil(light: Float32Array, size: number, lay: number, draw: Random) {
  for (let specks = draw.below(7); specks > 0; specks--) {
    const [x, y] = [draw.below(size - 1), draw.below(size - 1)];
    const shade = draw.between(-22, 16);
    for (const [at, share] of [
      [0, 1],
      [1, 0.6],
      [size, 0.5],
      [size + 1, 0.3],
    ])
      light[y * size + x + at] += shade * share;
  }
  for (let marks = draw.below(3); marks > 0; marks--) {
    const [x0, y0, length] = [draw.below(size), draw.below(size), draw.between(8, 60)];
    const shade = draw.between(-11, 11);
    const angle = lay + draw.between(-0.06, 0.06);
    for (let t = 0; t < length; t++) {
      const x = Math.round(x0 + t * Math.cos(angle));
      const y = Math.round(y0 + t * Math.sin(angle));
      if (x >= 0 && y >= 0 && x < size && y < size) light[y * size + x] += shade;
    }
  }
}

/** Light to gray, with the noise of the sensor: the sum of a draw's four bytes is near enough to a normal. */
function expose(light: Float32Array, draw: Random): Uint8Array {
  const gain = draw.between(2.5, 6.5) / 147.8;
  const pixels = new Uint8Array(light.length);
  for (let i = 0; i < pixels.length; i++) {
    const bits = draw.bits();
    const noise = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;
    const gray = light[i] + gain * noise + 0.5;
    pixels[i] = Math.max(0, Math.min(255, gray));
  }
  return pixels;
}

/**
 * An 8-bit gray PNG. Rows are stored unfiltered and deflated lightly: sensor noise does not compress, time counts.
 * @see W3C Portable Network Graphics (PNG) Specification, Third Edition
 */
export function encodePng({pixels, width, height}: Pick<Surface, 'pixels' | 'width' | 'height'>): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits a sample; colour type, compression, filter and interlace stay 0: gray, deflate, adaptive, none
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, {level: 1})),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const framed = Buffer.alloc(data.length + 12);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, 'latin1');
  data.copy(framed, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, data.length + 8)), data.length + 8);
  return framed;
}
