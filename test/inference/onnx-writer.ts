/**
 * ONNX files put together by hand, so that what they answer can be computed by hand. The field numbers are those of
 * onnx.proto3.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export interface OnnxFile {
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  nodes: readonly OnnxNode[];
  /** Constants: whole numbers, or measures. */
  constants?: Readonly<Record<string, {int64: readonly number[]} | {float32: readonly number[]}>>;
  /** A weight that says its values are in this file. */
  externalData?: string;
}

export interface OnnxValue {
  name: string;
  /** A name is a size left free. */
  shape: readonly (number | string)[];
  /** `TensorProto.DataType`: float32 by default. */
  type?: number;
}

export interface OnnxNode {
  operator: string;
  domain?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export function onnxFile({inputs, outputs, nodes, constants = {}, externalData}: OnnxFile): Buffer {
  const weights = externalData === undefined ? [] : [externalWeight(externalData)];
  const graph = message(7, [
    ...nodes.map(nodeOf),
    text(2, 'tiny'),
    ...weights,
    ...Object.entries(constants).map(([name, values]) => constant(name, values)),
    ...inputs.map(one => message(11, value(one))),
    ...outputs.map(one => message(12, value(one))),
  ]);
  const domains = [...new Set(['', ...nodes.map(({domain = ''}) => domain)])].map(domain =>
    message(8, [text(1, domain), number(2, domain === '' ? 13 : 1)]),
  );
  return Buffer.concat([number(1, 8), graph, ...domains]);
}

function nodeOf({operator, domain, inputs, outputs, attributes = {}}: OnnxNode): Buffer {
  return message(1, [
    ...inputs.map(name => text(1, name)),
    ...outputs.map(name => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, told]) => message(5, attribute(name, told))),
    ...(domain === undefined ? [] : [text(7, domain)]),
  ]);
}

function attribute(name: string, told: number | readonly number[]): Buffer[] {
  const [INT, INTS] = [2, 7];
  if (typeof told === 'number') return [text(1, name), number(3, told), number(20, INT)];
  return [text(1, name), ...told.map(one => number(8, one)), number(20, INTS)];
}

function constant(name: string, values: {int64: readonly number[]} | {float32: readonly number[]}): Buffer {
  const [list, type] = 'int64' in values ? [values.int64, 7] : [values.float32, 1];
  const raw = type === 7 ? BigInt64Array.from(list, BigInt) : Float32Array.from(list);
  return message(5, [number(1, list.length), number(2, type), text(8, name), bytes(9, Buffer.from(raw.buffer))]);
}

function externalWeight(file: string): Buffer {
  const location = [text(1, 'location'), text(2, file)];
  return message(5, [number(1, 1), number(2, 1), text(8, 'far'), message(13, location), number(14, 1)]);
}

function value({name, shape, type = 1}: OnnxValue): Buffer[] {
  const dimensions = shape.map(size => message(1, [typeof size === 'number' ? number(1, size) : text(2, size)]));
  return [text(1, name), message(2, [message(1, [number(1, type), message(2, dimensions)])])];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

function text(field: number, content: string): Buffer {
  return bytes(field, Buffer.from(content));
}

function number(field: number, content: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(content)]);
}

function varint(rest: number): Buffer {
  const all: number[] = [];
  for (; rest > 127; rest = Math.floor(rest / 128)) all.push((rest % 128) + 128);
  return Buffer.from([...all, rest]);
}
