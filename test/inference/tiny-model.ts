import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {onnxFile} from './onnx-writer.ts';

/** ONNX files of a few bytes, to see a model lie. */
export interface TinyModel {
  /** Operators in a row, each fed by the one before; the first by `image`, the last gives `scores`. */
  operators: readonly (readonly [type: string, domain?: string])[];
  /** [N, ...]; a name is a size left free. */
  input?: readonly (number | string)[];
  output?: readonly (number | string)[];
  elementType?: number;
  /** A weight that says its values are in this file. */
  externalData?: string;
}

export function tinyModel({
  operators,
  input = ['N', 1, 2, 2],
  output = ['N', 'K'],
  elementType = 1,
  externalData,
}: TinyModel): Buffer {
  const names = ['image', ...operators.slice(1).map((_, k) => `step${k}`), 'scores'];
  return onnxFile({
    inputs: [{name: 'image', shape: input, type: elementType}],
    outputs: [{name: 'scores', shape: output, type: elementType}],
    nodes: operators.map(([operator, domain], k) => ({operator, domain, inputs: [names[k]], outputs: [names[k + 1]]})),
    externalData,
  });
}

/** A folder with the file and a card that fits it, but for `changes`; it goes when the test is over. */
export async function tinyFolder(onnx: Buffer, changes: Record<string, unknown> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fishbone-model-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const card = {
    name: 'tiny',
    version: '0',
    description: 'made by hand',
    file: 'model.onnx',
    sha256: createHash('sha256').update(onnx).digest('hex'),
    input: {name: 'image', layout: 'NCHW', channels: 1, height: 2, width: 2, resize: 'bilinear', divideBy: 255},
    outputs: {scores: {name: 'scores', kind: 'logits'}},
    classes: ['good', 'a', 'b', 'c'].map(name => ({name, defect: name === 'good' ? null : name, severity: 1})),
    thresholds: {fail: 0.5},
    training: {},
    ...changes,
  };
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, 'model.onnx'), onnx);
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  return folder;
}
