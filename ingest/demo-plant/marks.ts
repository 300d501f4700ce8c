import type {Random} from './random.ts';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Mark {
  kind: 'scratch' | 'void' | 'stain';
  /** Direction of the lay, radians: a scratch that runs along it is hidden by it. */
  lay: number;
  contrast: number;
}

/** A change of gray that an eye could see. */
const VISIBLE = 3;

/** Draws one defect onto the light and says where: the box of whole pixels in which it can be seen. */
export function drawMark(light: Float32Array, size: number, mark: Mark, draw: Random): Rectangle {
  const before = light.slice();
  const canvas = {light, size};
  if (mark.kind === 'scratch') scratch(canvas, mark, draw);
  else if (mark.kind === 'void') voids(canvas, mark, draw);
  else stain(canvas, mark, draw);
  return boxOf(before, canvas);
}

interface Canvas {
  light: Float32Array;
  size: number;
}

function add({light, size}: Canvas, x: number, y: number, shade: number) {
  if (x >= 0 && y >= 0 && x < size && y < size) light[y * size + x] += shade;
}

function boxOf(before: Float32Array, {light, size}: Canvas): Rectangle {
  let [left, top, right, bottom] = [size, size, -1, -1];
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      if (Math.abs(light[i] - before[i]) < VISIBLE) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  // A mark too faint to be seen anywhere still has a place: the middle of the image.
  if (right < 0) return {x: size >> 1, y: size >> 1, width: 1, height: 1};
  return {x: left, y: top, width: right - left + 1, height: bottom - top + 1};
}

/** A thin curved groove, bright on one flank and dark on the other, its depth uneven, mostly across the lay. */
function scratch(canvas: Canvas, {lay, contrast}: Mark, draw: Random) {
  const {size} = canvas;
  const length = size * draw.between(0.2, 0.7);
  const angle = lay + (draw.uniform() < 0.5 ? -1 : 1) * draw.between(0.2, 1.5);
  const [x0, y0] = [size * draw.between(0.25, 0.75), size * draw.between(0.25, 0.75)];
  const bend = length * draw.between(-0.25, 0.25);
  const shade = contrast * draw.between(22, 52) * (draw.uniform() < 0.55 ? 1 : -1);
  const width = draw.between(0.55, 1.25);
  const flank = draw.between(0.2, 0.7);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const steps = Math.ceil(length * 2);
  let depth = 1;
  for (let s = 0; s <= steps; s++) {
    const t = s / steps - 0.5;
    const sag = bend * (0.25 - t * t) * 4;
    const [x, y] = [x0 + cos * t * length - sin * sag, y0 + sin * t * length + cos * sag];
    depth = Math.min(1.3, Math.max(0.15, depth + 0.12 * draw.normal()));
    // Two steps a pixel of length, so that each adds half; the ends run out.
    groove(canvas, x, y, {shade: 0.5 * shade * depth * Math.min(1, (0.5 - Math.abs(t)) * 10), width, flank, cos, sin});
  }
}

interface Groove {
  shade: number;
  width: number;
  flank: number;
  cos: number;
  sin: number;
}

function groove(canvas: Canvas, x: number, y: number, {shade, width, flank, cos, sin}: Groove) {
  for (let py = Math.floor(y) - 2; py <= y + 3; py++) {
    for (let px = Math.floor(x) - 2; px <= x + 3; px++) {
      const [dx, dy] = [px - x, py - y];
      const [along, across] = [dx * cos + dy * sin, dy * cos - dx * sin];
      const near = Math.exp(-along * along * 2);
      const ridge = Math.exp(-(across * across) / (width * width));
      const shadow = flank * Math.exp(-((across - 1.6 * width) ** 2) / (width * width));
      add(canvas, px, py, shade * near * (ridge - shadow));
    }
  }
}

/** One to three pores: dark, irregular, with a lit rim on the side away from the lamp. */
function voids(canvas: Canvas, {contrast}: Mark, draw: Random) {
  const {size} = canvas;
  const [cx, cy] = [size * draw.between(0.15, 0.85), size * draw.between(0.15, 0.85)];
  for (let pores = 1 + draw.weighted([6, 3, 1]); pores > 0; pores--) {
    const [x, y] = [cx + size * 0.05 * draw.normal(), cy + size * 0.05 * draw.normal()];
    const radius = (size / 128) * draw.between(2.1, 6.5);
    const shade = -contrast * draw.between(22, 60);
    const [lobe2, lobe3] = [draw.between(0, 0.3), draw.between(0, 0.25)];
    const [turn2, turn3] = [draw.between(0, 6.28), draw.between(0, 6.28)];
    const rim = draw.between(0.1, 0.45);
    const lamp = draw.between(0, 6.28);
    const reach = Math.ceil(radius * 1.9);
    for (let py = Math.floor(y) - reach; py <= y + reach; py++) {
      for (let px = Math.floor(x) - reach; px <= x + reach; px++) {
        const angle = Math.atan2(py - y, px - x);
        const edge = radius * (1 + lobe2 * Math.cos(2 * angle + turn2) + lobe3 * Math.cos(3 * angle + turn3));
        const out = Math.hypot(px - x, py - y) - edge;
        const inside = 1 / (1 + Math.exp(out * 2.2));
        const lit = rim * Math.exp(-((out - 1) ** 2)) * Math.max(0, Math.cos(angle - lamp));
        add(canvas, px, py, shade * (inside - lit));
      }
    }
  }
}

/** A soft patch of coolant or oil: several overlapping blots with an uneven edge, a little darker or lighter. */
function stain(canvas: Canvas, {contrast}: Mark, draw: Random) {
  const {size} = canvas;
  const [cx, cy] = [size * draw.between(0.2, 0.8), size * draw.between(0.2, 0.8)];
  const shade = contrast * draw.between(12, 28) * (draw.uniform() < 0.75 ? -1 : 1);
  const spread = size * draw.between(0.05, 0.11);
  const blots = Array.from({length: 4 + draw.below(5)}, () => ({
    x: cx + spread * draw.normal(),
    y: cy + spread * draw.normal(),
    narrow: 1 / (spread * draw.between(0.6, 1.4)) ** 2,
  }));
  const reach = Math.ceil(spread * 4.5);
  for (let py = Math.max(0, Math.floor(cy) - reach); py <= Math.min(size - 1, cy + reach); py++) {
    for (let px = Math.max(0, Math.floor(cx) - reach); px <= Math.min(size - 1, cx + reach); px++) {
      let clear = 1;
      for (const {x, y, narrow} of blots) clear *= 1 - 0.75 * Math.exp(-((px - x) ** 2 + (py - y) ** 2) * narrow);
      // A dried edge is a little stronger than the middle.
      const cover = 1 - clear;
      add(canvas, px, py, shade * cover * (1.25 - 0.45 * cover));
    }
  }
}
