import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import {isAbsolute, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {z} from 'zod';
import {ModelCard} from './model-card.ts';
import {type OnnxOutline, type OnnxTensor, outlineOnnx} from './onnx-outline.ts';

export interface Model {
  card: ModelCard;
  /** The bytes whose digest the card pins: what was checked is what runs. */
  onnx: Uint8Array;
}

/** A model that may not be used, and why. */
export class ModelRefused extends Error {
  readonly code = 'USAGE';
  override readonly name = 'ModelRefused';
}

/**
 * Opens a model: a folder with `card.json` and the ONNX file that it pins.
 * @param nameOrPath a folder beside this file under `models/`, or the path of any other
 * @throws ModelRefused with the reason
 */
export async function loadModel(nameOrPath: string): Promise<Model> {
  const folder = folderOf(nameOrPath);
  const refuse = (reason: string): never => {
    throw new ModelRefused(`model '${nameOrPath}' refused: ${reason}`);
  };
  const card = parseCard(await readPart(folder, 'card.json', refuse), refuse);
  const onnx = await readPart(folder, card.file, refuse);
  const digest = createHash('sha256').update(onnx).digest('hex');
  if (digest !== card.sha256) refuse(`the SHA-256 of ${card.file} is ${digest}, the card pins ${card.sha256}`);
  const disagreement = compare(card, parseOnnx(card.file, onnx, refuse));
  if (disagreement) refuse(disagreement);
  return {card, onnx};
}

const MODELS = fileURLToPath(new URL('models', import.meta.url));

type Refuse = (reason: string) => never;

function folderOf(nameOrPath: string): string {
  const isName = /^[\w.-]+$/.test(nameOrPath) && !/^\.+$/.test(nameOrPath);
  if (isName) return join(MODELS, nameOrPath);
  return isAbsolute(nameOrPath) ? nameOrPath : resolve(nameOrPath);
}

async function readPart(folder: string, file: string, refuse: Refuse): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && file === 'card.json') return refuse(await whereModelsAre(folder));
    return refuse(`cannot read ${join(folder, file)} (${code ?? String(error)})`);
  }
}

async function whereModelsAre(folder: string): Promise<string> {
  const own = (await readdir(MODELS, {withFileTypes: true})).filter(entry => entry.isDirectory()).map(({name}) => name);
  return `there is no card.json in ${folder}: name a model (${own.join(', ')}), or the folder of one`;
}

function parseCard(text: Buffer, refuse: Refuse): ModelCard {
  let json: unknown;
  try {
    json = JSON.parse(text.toString());
  } catch (error) {
    return refuse(`card.json is not JSON: ${(error as Error).message}`);
  }
  const parsed = ModelCard.safeParse(json);
  if (parsed.success) return parsed.data;
  return refuse(`card.json: ${parsed.error.issues.map(describe).join('; ')}`);
}

function describe({path, message}: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}

function parseOnnx(file: string, onnx: Uint8Array, refuse: Refuse): OnnxOutline {
  try {
    return outlineOnnx(onnx);
  } catch (error) {
    return refuse(`${file} is not an ONNX file (${(error as Error).message})`);
  }
}

/** @returns where card and model disagree, or null */
function compare({file, input, outputs, classes}: ModelCard, outline: OnnxOutline): string | null {
  if (outline.externalWeights.length > 0)
    return `${file} keeps weights in another file (${outline.externalWeights[0]})`;
  if (outline.customDomains.length > 0) return `${file} needs operators of '${outline.customDomains.join("', '")}'`;
  const [only, ...more] = outline.inputs;
  if (!only || more.length > 0) return `${file} has ${outline.inputs.length} inputs, one is needed`;
  return (
    disagreement('input', input.name, outline.inputs, [input.channels, input.height, input.width]) ??
    disagreement('output', outputs.scores.name, outline.outputs, [classes.length], 'classes') ??
    (outputs.box ? disagreement('output', outputs.box.name, outline.outputs, [4]) : null)
  );
}

function disagreement(
  role: 'input' | 'output',
  name: string,
  tensors: readonly OnnxTensor[],
  sizes: readonly number[],
  unit = '',
): string | null {
  const tensor = tensors.find(one => one.name === name);
  if (!tensor) {
    const names = tensors.map(one => `'${one.name}'`).join(', ');
    return `the card's ${role} '${name}' is not in the model, which has ${names}`;
  }
  if (tensor.elementType !== FLOAT32) return `${role} '${name}' is not float32`;
  const [images, ...rest] = tensor.shape;
  if (typeof images === 'number') return `${role} '${name}' takes exactly ${images} images at a time`;
  // A size that the file leaves free is checked on the first answer.
  const fits = rest.length === sizes.length && rest.every((size, k) => typeof size !== 'number' || size === sizes[k]);
  if (fits) return null;
  return `${role} '${name}' is [N, ${rest.join(', ')}], the card says [N, ${sizes.join(', ')}]${unit && ` (${unit})`}`;
}

const FLOAT32 = 1;
