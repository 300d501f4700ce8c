import {createHash} from 'node:crypto';
import {readdir, readFile, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {z} from 'zod';
import {disagreementOf} from './fits.ts';
import {ModelCard} from './model-card.ts';
import {type OnnxOutline, outlineOnnx} from './onnx-outline.ts';

export interface Model {
  card: ModelCard;
  /** The bytes whose digest the card pins: what was checked is what runs. */
  onnx: Uint8Array;
  /** Whether the file takes exactly one image at a time. */
  isAlone: boolean;
}

/** A model that may not be used, and why. */
export class ModelRefused extends Error {
  readonly code = 'USAGE';
  override readonly name = 'ModelRefused';
}

/**
 * Opens a model: a folder with `card.json` and the ONNX file that it pins.
 * @param nameOrPath the name of a folder in the plant's own models, or beside this file under `models/`; or any path
 * @param own the folder of the plant's own models
 * @throws ModelRefused with the reason
 */
export async function loadModel(nameOrPath: string, own?: string): Promise<Model> {
  const folder = await folderOf(nameOrPath, own);
  const refuse = (reason: string): never => {
    throw new ModelRefused(`model '${nameOrPath}' refused: ${reason}`);
  };
  const card = parseCard(await readPart(folder, 'card.json', refuse), refuse);
  const onnx = await readPart(folder, card.file, refuse);
  const digest = createHash('sha256').update(onnx).digest('hex');
  if (digest !== card.sha256) refuse(`the SHA-256 of ${card.file} is ${digest}, the card pins ${card.sha256}`);
  const outline = parseOnnx(card.file, onnx, refuse);
  const disagreement = disagreementOf(card, outline);
  if (disagreement) refuse(disagreement);
  return {card, onnx, isAlone: outline.inputs[0].shape[0] === 1};
}

/**
 * The cards of all models that can be named, the plant's own first; a folder whose card cannot be read is none.
 * @param own the folder of the plant's own models
 */
export async function modelCards(own: string): Promise<ModelCard[]> {
  const cards: ModelCard[] = [];
  for (const folder of [own, MODELS]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const text = await readFile(join(folder, name, 'card.json')).catch(() => null);
      try {
        if (text !== null) cards.push(parseCard(text, refuseCard));
      } catch (error) {
        if (!(error instanceof ModelRefused)) throw error;
      }
    }
  }
  return cards;
}

const refuseCard: Refuse = reason => {
  throw new ModelRefused(reason);
};

const MODELS = fileURLToPath(new URL('models', import.meta.url));

type Refuse = (reason: string) => never;

/** Whether it is the name of a model, and no path. */
const isModelName = (text: string): boolean => /^[\w.-]+$/.test(text) && !/^\.+$/.test(text);

async function folderOf(nameOrPath: string, own: string | undefined): Promise<string> {
  if (!isModelName(nameOrPath)) return resolve(nameOrPath);
  const mine = own === undefined ? null : join(own, nameOrPath);
  const isMine =
    mine !== null &&
    (await stat(join(mine, 'card.json')).then(
      () => true,
      () => false,
    ));
  return isMine ? mine : join(MODELS, nameOrPath);
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
