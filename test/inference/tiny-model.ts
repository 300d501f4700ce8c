import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/**
 * ONNX files of a few bytes, put together by hand, to see a model lie. The field numbers are those of onnx.proto3.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
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
  const nodes = operators.map(([type, domain], k) =>
    message(1, [
      text(1, names[k]),
      text(2, names[k + 1]),
      text(4, type),
      ...(domain === undefined ? [] : [text(7, domain)]),
    ]),
  );
  const weights = externalData === undefined ? [] : [externalWeight(externalData)];
  const graph = message(7, [
    ...nodes,
    text(2, 'tiny'),
    ...weights,
    message(11, value('image', elementType, input)),
    message(12, value('scores', elementType, output)),
  ]);
  const domains = [...new Set(operators.map(([, domain = '']) => domain)), ''].map(domain =>
    message(8, [text(1, domain), number(2, domain === '' ? 13 : 1)]),
  );
  return Buffer.concat([number(1, 8), graph, ...domains]);
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

function externalWeight(file: string): Buffer {
  const location = [text(1, 'location'), text(2, file)];
  return message(5, [number(1, 1), number(2, 1), text(8, 'far'), message(13, location), number(14, 1)]);
}

function value(name: string, elementType: number, shape: readonly (number | string)[]): Buffer[] {
  const dimensions = shape.map(size => message(1, [typeof size === 'number' ? number(1, size) : text(2, size)]));
  return [text(1, name), message(2, [message(1, [number(1, elementType), message(2, dimensions)])])];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

function text(field: number, content: string): Buffer {
  return message(field, [Buffer.from(content)]);
}

function number(field: number, content: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(content)]);
}

function varint(rest: number): Buffer {
  const bytes: number[] = [];
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
