import {expectedOutputs} from './kinds/kinds.ts';
import type {ModelCard} from './model-card.ts';
import type {OnnxOutline, OnnxTensor} from './onnx-outline.ts';

/** @returns where card and model disagree, or what of the model is not run here; null if it fits */
export function disagreementOf(card: ModelCard, outline: OnnxOutline): string | null {
  const {file, input} = card;
  if (outline.externalWeights.length > 0)
    return `${file} keeps weights in another file (${outline.externalWeights[0]})`;
  if (outline.customDomains.length > 0) return `${file} needs operators of '${outline.customDomains.join("', '")}'`;
  const [only, ...more] = outline.inputs;
  if (!only || more.length > 0) return `${file} has ${outline.inputs.length} inputs, one is needed`;
  const shape = {name: input.name, sizes: [[input.channels, input.height, input.width]], types: [FLOAT32]};
  const wrongInput = disagreement('input', shape, outline.inputs);
  if (wrongInput) return wrongInput;
  for (const {name, sizes, unit, isLabel} of expectedOutputs(card)) {
    const types = isLabel ? LABELS : [FLOAT32];
    const wrongOutput = disagreement('output', {name, sizes, unit, types}, outline.outputs);
    if (wrongOutput) return wrongOutput;
  }
  return null;
}

interface Promised {
  name: string;
  sizes: readonly (readonly (number | null)[])[];
  unit?: string;
  types: readonly number[];
}

function disagreement(
  role: 'input' | 'output',
  {name, sizes, unit, types}: Promised,
  tensors: readonly OnnxTensor[],
): string | null {
  const tensor = tensors.find(one => one.name === name);
  if (!tensor) {
    const names = tensors.map(one => `'${one.name}'`).join(', ');
    return `the card's ${role} '${name}' is not in the model, which has ${names}`;
  }
  if (!types.includes(tensor.elementType)) {
    return `${role} '${name}' is ${typeName(tensor.elementType)}, not ${types.map(typeName).join(' or ')}`;
  }
  const [images, ...rest] = tensor.shape;
  if (typeof images === 'number' && images !== 1) {
    return `${role} '${name}' takes exactly ${images} images at a time: any number is needed, or one`;
  }
  // A size that the file leaves free is checked on the first answer.
  const fits = sizes.some(
    one =>
      one.length === rest.length &&
      one.every((size, k) => size === null || typeof rest[k] !== 'number' || size === rest[k]),
  );
  if (fits) return null;
  const promised = sizes.map(one => `[${['N', ...one.map(size => size ?? 'any')].join(', ')}]`).join(' or ');
  const given = `[${['N', ...rest.map(size => size ?? 'any')].join(', ')}]`;
  return `${role} '${name}' is ${given}, the card says ${promised}${unit ? ` (${unit})` : ''}`;
}

const FLOAT32 = 1;
const INT32 = 6;
const INT64 = 7;
/** Labels are positions; some exporters give them as measures. */
const LABELS = [INT64, INT32, FLOAT32];

/** @see TensorProto.DataType in onnx.proto3 */
const TYPES: Readonly<Record<number, string>> = {
  [FLOAT32]: 'float32',
  2: 'uint8',
  3: 'int8',
  [INT32]: 'int32',
  [INT64]: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};
const typeName = (type: number): string => TYPES[type] ?? `of type ${type}`;
