import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {decode} from '../../inference/decode.ts';
import {numbersOf} from '../../inference/kinds/outputs.ts';
import {softmax} from '../../inference/kinds/verdict.ts';
import {preprocess} from '../../inference/preprocess.ts';
import {loadModel} from '../../inference/registry.ts';
import {openSession} from '../../inference/session.ts';
import {collect} from './collect.ts';

/**
 * Real images of steel surfaces and a classifier that somebody else's program ran: its raw tensors, logits and
 * probabilities are the expected values.
 */
const SHARED = process.env.FISHBONE_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const VISION = join(SHARED, 'data', 'vision');
const present = existsSync(join(VISION, 'neu_tiny_cnn.onnx'));
if (!present) console.warn(`SKIPPED: agreement on real steel images, no data in ${VISION} (set FISHBONE_SHARED)`);

describe.skipIf(!present)('agreement on real steel images', () => {
  const CLASSES = ['crazing', 'inclusion', 'patches', 'pitted_surface', 'rolled-in_scale', 'scratches'];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fishbone-steel-'));
    await cp(join(VISION, 'neu_tiny_cnn.onnx'), join(folder, 'model.onnx'));
    const card = {
      name: 'steel',
      version: '1',
      description: 'kinds of defect on hot-rolled steel strip',
      file: 'model.onnx',
      sha256: createHash('sha256')
        .update(readFileSync(join(folder, 'model.onnx')))
        .digest('hex'),
      input: {name: 'input', layout: 'NCHW', channels: 1, height: 96, width: 96, resize: 'bilinear', divideBy: 255},
      outputs: {scores: {name: 'logits', kind: 'logits'}},
      classes: CLASSES.map(name => ({name, defect: name, severity: 1})),
      thresholds: {fail: 0.5},
      training: {},
    };
    await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  });
  afterAll(() => rm(folder, {recursive: true}));

  test('raw tensors give the expected logits and probabilities to 1e-4', async () => {
    const bytes = readFileSync(join(VISION, 'neu_fixture_input_6x1x96x96_f32le.bin'));
    const tensor = new Float32Array(6 * 96 * 96);
    for (let i = 0; i < tensor.length; i++) tensor[i] = bytes.readFloatLE(i * 4);
    const expected = JSON.parse(readFileSync(join(VISION, 'neu_fixture_expected.json'), 'utf8'));
    const run = await openSession(await loadModel(folder));
    const outputs = await run(tensor, 6);
    const logits = Array.from({length: 6}, (_, k) => [...numbersOf(outputs, 'logits', k)]);
    expect(furthest(logits, expected.logits)).toBeLessThan(1e-4);
    expect(furthest(logits.map(softmax), expected.probabilities)).toBeLessThan(1e-4);
  });

  test('decoded and resized here, an image differs from the tensor it was made into there by a rounding', async () => {
    const bytes = readFileSync(join(VISION, 'neu_fixture_input_6x1x96x96_f32le.bin'));
    const {files} = JSON.parse(readFileSync(join(VISION, 'neu_fixture_expected.json'), 'utf8')) as {files: string[]};
    const {card} = await loadModel(folder);
    const tensor = new Float32Array(96 * 96);
    const steps: number[] = [];
    for (const [k, file] of files.entries()) {
      const image = await decode(readFileSync(join(VISION, 'steel-images', basename(file))), card.input);
      if ('reason' in image) throw new Error(image.reason);
      preprocess(image, card.input, tensor, 0);
      tensor.forEach((value, i) => {
        steps.push(Math.abs(value - bytes.readFloatLE((k * tensor.length + i) * 4)) * 255);
      });
    }
    const [most, mean] = [Math.max(...steps), steps.reduce((sum, one) => sum + one, 0) / steps.length];
    console.log(`steel images: samples differ by ${mean.toFixed(3)} of 255 in the mean, ${most.toFixed(1)} at most`);
    expect(mean).toBeLessThan(0.5);
    expect(most).toBeLessThan(5);
  });

  test('all 72 files, decoded and resized here, give the expected kind and nearly its probability', async () => {
    const [header, ...rows] = readFileSync(join(VISION, 'expected-outputs.csv'), 'utf8').trim().split(/\r?\n/);
    const column = (name: string) => header.split(',').indexOf(name);
    const expected = new Map(
      rows.map(row => {
        const cells = row.split(',');
        const kind = cells[column('pred_label')];
        return [cells[column('file')].replace('.jpg', ''), {kind, probability: Number(cells[column(`p_${kind}`)])}];
      }),
    );
    const {inspections, failures} = await collect([join(VISION, 'steel-images')], {
      model: folder,
      fileNames: '{part}',
    });
    expect(failures).toEqual([]);
    expect(inspections).toHaveLength(72);
    const differences = inspections.map(({part, defects: [{defect, confidence}]}) => {
      const {kind, probability} = expected.get(part)!;
      expect(defect, part).toBe(kind);
      return Math.abs(confidence - probability);
    });
    console.log(`steel images: probabilities differ by at most ${Math.max(...differences)}`);
    expect(Math.max(...differences)).toBeLessThan(0.02);
  });
});

function furthest(given: readonly (readonly number[])[], expected: readonly (readonly number[])[]): number {
  return Math.max(...given.flatMap((row, i) => row.map((value, j) => Math.abs(value - expected[i][j]))));
}
