import sharp from 'sharp';
import {expect, test} from 'vitest';
import {drawSurface, encodePng} from '../../../ingest/demo-plant/image.ts';

const KINDS = ['good', 'scratch', 'void', 'stain'] as const;

test('an independent decoder reads back the pixels that were drawn', async () => {
  for (const kind of KINDS) {
    const surface = drawSurface({kind, seed: 11, size: 96});
    const {data, info} = await sharp(encodePng(surface)).toColourspace('b-w').raw().toBuffer({resolveWithObject: true});
    expect([info.width, info.height, info.channels]).toEqual([96, 96, 1]);
    expect(Buffer.compare(data, Buffer.from(surface.pixels))).toBe(0);
  }
});

test('the same seed draws the same image, another seed another', () => {
  for (const kind of KINDS) {
    expect(drawSurface({kind, seed: 5}).pixels).toEqual(drawSurface({kind, seed: 5}).pixels);
    expect(drawSurface({kind, seed: 5}).pixels).not.toEqual(drawSurface({kind, seed: 6}).pixels);
  }
});

test('a defect lies inside the image and changes it inside its box; a good surface has none', () => {
  for (let seed = 0; seed < 40; seed++) {
    const good = drawSurface({kind: 'good', seed});
    expect(good.defect).toBeNull();
    for (const kind of ['scratch', 'void', 'stain'] as const) {
      const {defect, pixels, width, height} = drawSurface({kind, seed});
      expect(defect, `${kind} ${seed}`).not.toBeNull();
      const {x, y, width: w, height: h} = defect!;
      expect(x >= 0 && y >= 0 && x + w <= width && y + h <= height && w > 1 && h > 1, `${kind} ${seed}`).toBe(true);
      // The surface under it is the one that the good image of this seed shows: the difference is the defect.
      let [inside, outside] = [0, 0];
      pixels.forEach((gray, i) => {
        const [px, py] = [i % width, Math.floor(i / width)];
        const difference = Math.abs(gray - good.pixels[i]);
        if (px >= x && px < x + w && py >= y && py < y + h) inside = Math.max(inside, difference);
        else outside = Math.max(outside, difference);
      });
      expect(inside, `${kind} ${seed}`).toBeGreaterThan(6);
      // What cannot be seen is less than three grays, and rounding adds one.
      expect(outside, `${kind} ${seed}`).toBeLessThanOrEqual(4);
    }
  }
});
