import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import sharp from 'sharp';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {loadModel} from '../../inference/registry.ts';
import {type DrawnImage, drawSet, SETS} from '../../inference/training/sets.ts';
import {encodePng} from '../../ingest/demo-plant/image.ts';
import {columnsOf} from '../../warehouse/canonical.ts';
import {type Collected, collect} from './collect.ts';
import {hugePng} from './huge-png.ts';
import {tiff} from './tiff.ts';
import {tinyFolder, tinyModel} from './tiny-model.ts';

/** Seeds that are in none of the model's sets. */
const FRESH = {firstSeed: 1_300_000_000, images: 240};
const drawn = new Map<string, DrawnImage>();
let folder: string;
let result: Collected;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fishbone-images-'));
  for (const image of drawSet(FRESH)) {
    const part = `P-${image.seed}`;
    drawn.set(part, image);
    await writeFile(join(folder, `${part}_final_20250301T061500Z_CAM-1.png`), encodePng(image));
  }
  result = await collect([folder], {model: 'surface-v1'});
});
afterAll(() => rm(folder, {recursive: true}));

describe('unseen images', () => {
  test('no seed of these images is in a set that the model was made with', () => {
    for (const {firstSeed, images} of Object.values(SETS)) {
      expect(FRESH.firstSeed >= firstSeed + images || FRESH.firstSeed + FRESH.images <= firstSeed).toBe(true);
    }
  });

  test('are told apart as well as the card says', async () => {
    const {quality} = (await loadModel('surface-v1')).card;
    const wrong = result.inspections.filter(({part, defects}) => {
      return (defects[0]?.defect ?? 'good') !== drawn.get(part)?.kind;
    });
    expect(result.inspections).toHaveLength(FRESH.images);
    // The worst that the card's 95 % interval allows, exceeded by chance less than once in a million runs.
    const most = mostByChance(1 - quality!.correct.low, FRESH.images, 1e-6);
    expect(wrong.length, `${wrong.length} wrong, ${most} allowed, seeds from ${FRESH.firstSeed}`).toBeLessThanOrEqual(
      most,
    );
    expect(most).toBeLessThan(FRESH.images * 0.05);
  });

  test('have their defects located as well as the card says', async () => {
    const {location} = (await loadModel('surface-v1')).card.quality!;
    const overlaps = result.inspections.flatMap(({part, defects}) =>
      defects.map(defect => overlap(defect, drawn.get(part)!.defect)),
    );
    const mean = overlaps.reduce((sum, one) => sum + one, 0) / overlaps.length;
    // Overlaps scatter by about 0.15, their mean over 180 by 0.012: four of those.
    expect(Math.abs(mean - location!.meanOverlap)).toBeLessThan(0.05);
  });

  test('become canonical rows', () => {
    const {inspection, part, step, station, inspected_at, inspector, verification, image} = result.inspections[0];
    expect({part, step, station, inspected_at, inspector, verification}).toEqual({
      part: 'P-1300000000',
      step: 'final',
      station: 'CAM-1',
      inspected_at: '2025-03-01T06:15:00.000Z',
      inspector: 'surface-v1@1.0.0',
      verification: 'unverified',
    });
    expect(inspection).toMatch(/^[0-9a-f]{24}$/);
    expect(image).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(result.inspections.map(row => row.inspection)).size).toBe(FRESH.images);
    const {defects, ...row} = result.inspections.find(({defects}) => defects.length > 0)!;
    expect(columnsOf('inspections').map(({name}) => name)).toEqual(expect.arrayContaining(Object.keys(row)));
    expect(columnsOf('defects').map(({name}) => name)).toEqual(expect.arrayContaining(Object.keys(defects[0])));
    expect(result.failures).toEqual([]);
  });

  test.each([
    [1, 1],
    [2, 3],
    [3, 16],
  ])('give the same rows from %i workers and batches of %i', async (workers, batchSize) => {
    const again = await collect([folder], {model: 'surface-v1', workers, batchSize});
    expect(again.inspections).toEqual(result.inspections);
  });
});

describe('bad input', () => {
  let bad: string;
  const when = 'final_20250301T061500Z_C';

  beforeAll(async () => {
    bad = await mkdtemp(join(tmpdir(), 'fishbone-bad-'));
    const good = encodePng([...drawSet({firstSeed: FRESH.firstSeed, images: 1})][0]);
    const huge = Buffer.from(good);
    huge.writeUInt32BE(10_000, 16);
    huge.writeUInt32BE(6000, 20);
    await mkdir(join(bad, 'below'));
    await Promise.all([
      writeFile(join(bad, `A_${when}.png`), good),
      writeFile(join(bad, `B_${when}.png`), 'just a text'),
      writeFile(join(bad, `C_${when}.png`), good.subarray(0, good.length >> 1)),
      writeFile(join(bad, `D_${when}.png`), huge),
      writeFile(join(bad, `E_${when}.png`), ''),
      writeFile(join(bad, 'holiday.png'), good),
      writeFile(join(bad, 'notes.txt'), 'not meant as an image'),
      writeFile(join(bad, 'below', `F_${when}.png`), ''),
    ]);
  });
  afterAll(() => rm(bad, {recursive: true}));

  test('has a reason a file, an error inspection where the part is known, and the run goes on', async () => {
    const {inspections, failures, skipped} = await collect([bad, join(bad, 'gone')], {model: 'surface-v1'});
    expect(inspections.map(({part, result}) => [part, result])).toEqual([
      ['A', 'pass'],
      ['B', 'error'],
      ['C', 'error'],
      ['D', 'error'],
      ['E', 'error'],
      ['F', 'error'],
    ]);
    expect(inspections.flatMap(({defects}) => defects)).toEqual([]);
    expect(failures.map(({image, reason}) => [basename(image), reason])).toEqual([
      [`B_${when}.png`, 'not a PNG, JPEG, TIFF or BMP image'],
      [`C_${when}.png`, expect.stringMatching(/^PNG is damaged or cut off/)],
      [`D_${when}.png`, 'PNG of 10000 x 6000 pixels: more than 50 megapixels are not decoded'],
      [`E_${when}.png`, 'the file is empty'],
      [`F_${when}.png`, 'the file is empty'],
      ['holiday.png', "the file name 'holiday.png' does not fit {part}_{step}_{at}_{station}"],
      ['gone', 'does not exist: check the path'],
    ]);
    const errors = inspections.filter(({result}) => result === 'error').map(({inspection}) => inspection);
    expect(failures.map(({inspection}) => inspection).filter(Boolean)).toEqual(errors);
    // Two empty files are one image but two parts.
    expect(new Set(errors).size).toBe(5);
    expect(skipped.map(file => basename(file))).toEqual(['notes.txt']);
  });

  test('too many pixels, five channels, 12 bits in 16: a reason each; 16 bits and CMYK are judged', async () => {
    const odd = await mkdtemp(join(tmpdir(), 'fishbone-odd-'));
    const SIZE = {width: 128, height: 128};
    const flat = sharp({create: {...SIZE, channels: 3, background: '#808080'}});
    const files: Record<string, Buffer> = {
      [`A_${when}.png`]: hugePng(),
      [`B_${when}.tif`]: tiff({...SIZE, channels: 5, bits: 8}, Buffer.alloc(128 * 128 * 5, 9)),
      [`C_${when}.tif`]: tiff(
        {...SIZE, channels: 1, bits: 16},
        Buffer.from(new Uint16Array(128 * 128).fill(900).buffer),
      ),
      [`D_${when}.png`]: await flat.clone().toColourspace('rgb16').png().toBuffer(),
      [`E_${when}.jpg`]: await flat.clone().toColourspace('cmyk').jpeg().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(odd, name), bytes);
    const {inspections, failures} = await collect([odd], {model: 'surface-v1'});
    expect(inspections.map(({part, result}) => [part, result === 'error'])).toEqual([
      ['A', true],
      ['B', true],
      ['C', true],
      ['D', false],
      ['E', false],
    ]);
    expect(failures.map(({reason}) => reason)).toEqual([
      'PNG of 14000 x 14000 pixels: more than 50 megapixels are not decoded',
      'TIFF with 5 channels',
      expect.stringContaining('TIFF of 16 bits of which at most 12 are used'),
    ]);
    await rm(odd, {recursive: true});
  });

  test('a model whose answer has another shape than its card, or is no number, fails images and not the run', async () => {
    const black = join(bad, `G_${when}.png`);
    await writeFile(
      black,
      await sharp(Buffer.alloc(4), {raw: {width: 2, height: 2, channels: 1}})
        .png()
        .toBuffer(),
    );
    const three = ['good', 'a', 'b'].map(name => ({name, defect: name === 'good' ? null : name, severity: 1}));
    const lying = await tinyFolder(tinyModel({operators: [['Flatten']]}), {classes: three});
    const endless = await tinyFolder(tinyModel({operators: [['Flatten'], ['Log']]}));
    const reasons = [];
    for (const model of [lying, endless]) {
      const {inspections, failures} = await collect([black], {model});
      expect(inspections.map(({part, result}) => [part, result])).toEqual([['G', 'error']]);
      reasons.push(failures[0].reason);
    }
    expect(reasons).toEqual([
      "the model could not be run: the model's output 'scores' is [1, 4], the card says [1, 3]",
      'the model gave an answer that is no number',
    ]);
    await rm(black);
  });

  test('a model that the runtime cannot open is refused by name', async () => {
    const model = await tinyFolder(tinyModel({operators: [['NoSuchOperator']]}));
    await expect(collect([folder], {model})).rejects.toThrow("model 'tiny' refused by the runtime:");
  });

  test('no images, no rows', async () => {
    expect(await collect([], {model: 'surface-v1'})).toEqual({inspections: [], failures: [], skipped: []});
  });
});

/** The smallest k that a binomial(n, p) exceeds with a probability below `rarity`. */
function mostByChance(p: number, n: number, rarity: number): number {
  let [term, tail, k] = [(1 - p) ** n, 1, 0];
  for (; ; k++) {
    tail -= term;
    if (tail < rarity) return k;
    term *= (((n - k) / (k + 1)) * p) / (1 - p);
  }
}

interface Box {
  x: number | null;
  y: number | null;
  width: number | null;
  height: number | null;
}

/** Intersection over union; 0 where nothing was drawn. */
function overlap(a: Box, b: Box | null): number {
  if (!b) return 0;
  const [ax, ay, aw, ah, bx, by, bw, bh] = [a.x!, a.y!, a.width!, a.height!, b.x!, b.y!, b.width!, b.height!];
  const across = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const down = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return (across * down) / (aw * ah + bw * bh - across * down);
}
