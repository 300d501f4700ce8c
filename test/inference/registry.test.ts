import {createHash} from 'node:crypto';
import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {loadModel} from '../../inference/registry.ts';
import {tinyFolder, tinyModel} from './tiny-model.ts';

const SHIPPED = fileURLToPath(new URL('../../inference/models/surface-v1', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fishbone-model-'));
  await cp(SHIPPED, folder, {recursive: true});
});
afterEach(() => rm(folder, {recursive: true}));

test('the shipped model is opened by its name and by its path, and its weights stay below a megabyte', async () => {
  const [byName, byPath] = await Promise.all([loadModel('surface-v1'), loadModel(folder)]);
  expect(byName.card.name).toBe('surface-v1');
  expect(byPath.card).toEqual(byName.card);
  expect(Buffer.compare(byPath.onnx, byName.onnx)).toBe(0);
  expect(byName.onnx.length).toBeLessThan(1_000_000);
});

test('bytes that the card does not pin are refused with both digests', async () => {
  const onnx = await readFile(join(folder, 'model.onnx'));
  onnx[onnx.length >> 1] ^= 1;
  await writeFile(join(folder, 'model.onnx'), onnx);
  const [digest, pinned] = [createHash('sha256').update(onnx).digest('hex'), (await readCard()).sha256 as string];
  await expectRefusal(`the SHA-256 of model.onnx is ${digest}, the card pins ${pinned}`);
});

test('a card with one class too few is refused', async () => {
  const {classes, ...card} = await readCard();
  await writeCard({...card, classes: (classes as unknown[]).slice(1), quality: undefined});
  await expectRefusal("output 'probabilities' is [N, 4], the card says [N, 3] (classes)");
});

test('a card of another input size is refused', async () => {
  const {input, ...card} = await readCard();
  await writeCard({...card, input: {...(input as object), height: 96, width: 96}});
  await expectRefusal("input 'image' is [N, 1, 128, 128], the card says [N, 1, 96, 96]");
});

test('a card that names an output which is not there is refused', async () => {
  const {outputs, ...card} = await readCard();
  await writeCard({...card, outputs: {...(outputs as object), scores: {name: 'logits', kind: 'logits'}}});
  await expectRefusal("the card's output 'logits' is not in the model, which has 'probabilities', 'box'");
});

test('a card is checked field by field', async () => {
  const card = await readCard();
  await writeCard({...card, thresholds: {fail: 0}, sha256: 'abc', file: '../model.onnx'});
  await expectRefusal(
    'card.json: file: must be the name of an .onnx file in the same folder; sha256: must be 64 hexadecimal digits; ' +
      'thresholds.fail: has to be more than 0, not 0',
  );
});

test('a card that is no JSON, a folder without a card and a card without its file are refused', async () => {
  await rm(join(folder, 'model.onnx'));
  await expectRefusal(`cannot read ${join(folder, 'model.onnx')} (ENOENT)`);
  await writeFile(join(folder, 'card.json'), '{');
  await expect(loadModel(folder)).rejects.toThrow('refused: card.json is not JSON');
  await expect(loadModel('no-such-model')).rejects.toThrow("model 'no-such-model' refused: there is no card.json");
});

test('a file that is pinned but no ONNX is refused', async () => {
  const text = Buffer.from('this is not a model');
  await writeFile(join(folder, 'model.onnx'), text);
  await writeCard({...(await readCard()), sha256: createHash('sha256').update(text).digest('hex')});
  await expect(loadModel(folder)).rejects.toThrow('refused: model.onnx is not an ONNX file');
});

test.each([
  [
    'weights in another file',
    tinyModel({operators: [['Flatten']], externalData: '/etc/passwd'}),
    'model.onnx keeps weights in another file (far)',
  ],
  [
    'operators of somebody',
    tinyModel({operators: [['Flatten', 'com.example']]}),
    "model.onnx needs operators of 'com.example'",
  ],
  [
    'a fixed batch of several',
    tinyModel({operators: [['Flatten']], input: [4, 1, 2, 2]}),
    "input 'image' takes exactly 4 images at a time: any number is needed, or one",
  ],
  [
    'another number type',
    tinyModel({operators: [['Flatten']], elementType: 10}),
    "input 'image' is float16, not float32",
  ],
])('a model with %s is refused', async (_, onnx, reason) => {
  const tiny = await tinyFolder(onnx);
  await expect(loadModel(tiny)).rejects.toThrow(`model '${tiny}' refused: ${reason}`);
});

async function expectRefusal(reason: string) {
  const message = await loadModel(folder).then(
    () => 'opened',
    (error: Error) => error.message,
  );
  expect(message).toBe(`model '${folder}' refused: ${reason}`);
}

async function readCard(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, 'card.json'), 'utf8'));
}

async function writeCard(card: Record<string, unknown>) {
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
}
