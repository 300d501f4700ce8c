/** Several images in one multipart request: each is taken as if it came alone, and has an answer of its own. */
import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {MultipartFile} from '@fastify/multipart';
import type {FastifyRequest} from 'fastify';
import type {z} from 'zod';
import {fileNamePattern} from '../inference/file-name.ts';
import {ModelRefused} from '../inference/registry.ts';
import {sidecarsOf, toldBy} from '../inference/sidecar.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import type {AboutImages} from './image-operations.ts';
import type {InspectedImages} from './inspect-image.ts';
import type {Caller} from './operation.ts';
import {runOperation} from './operations.ts';
import {MOST_BYTES, receiveImage, tooLarge} from './receive-image.ts';
import {translateError} from './translate-error.ts';

/** So many images a request: its answer is in memory. */
export const IMAGES_MAX = 1_000;
/** So many are on the disk and in the model at once; the next is not read before one is done. */
const AT_ONCE = 8;
const TEXT_MAX = 65_536;
const FIELDS = ['part', 'step', 'station', 'at'] as const;
/** What is wrong with one image; anything else is wrong with all of them. */
const OF_ONE = ['USAGE', 'FORBIDDEN', 'CONFLICT', 'FILE_UNUSABLE', 'TOO_LARGE', 'OVERLOADED'];

type Query = z.output<typeof AboutImages>;
type One = InspectedImages['images'][number];
type Told = Partial<Record<(typeof FIELDS)[number], string>>;

/**
 * @param how.folder where images are while they are judged
 * @throws ModelRefused; FishboneError USAGE for a body that breaks off, TOO_LARGE for too many images: those before are recorded,
 * and duplicates when they are sent again
 */
export async function takeParts(
  app: App,
  request: FastifyRequest,
  {fileNames, model, keep, ...rest}: Query,
  {folder, caller}: {folder: string; caller: Caller},
): Promise<InspectedImages> {
  const nameOf = patternOf(fileNames);
  const onTheWay = new Set<Promise<void>>();
  const images: One[] = [];
  let next = new BeforeFile();
  let whole: unknown;
  const take = async (at: number, file: string, path: string, told: Told) => {
    try {
      images[at] = {...(await runOperation(app, 'image', {model, keep, ...rest, ...told, path}, caller)), file};
    } catch (error) {
      if (isOfOne(error)) images[at] = refused(file, translateError(error).message);
      else whole ??= error;
    } finally {
      await rm(path, {force: true});
    }
  };
  try {
    for await (const part of partsOf(request, images)) {
      if (part.type === 'field') {
        next.field(part.fieldname, part.value, part.valueTruncated === true);
        continue;
      }
      const path = join(folder, String(images.length));
      const isRead = await receive(part, path, images.length);
      const file = part.filename || part.fieldname;
      if (/\.json$/i.test(file)) {
        next.sidecar(file, isRead ? await readFile(path, 'utf8') : null);
        await rm(path);
        continue;
      }
      const told = isRead ? next.told(file, nameOf) : {reason: tooLarge().message};
      next = new BeforeFile();
      if ('reason' in told) {
        images.push(refused(file, told.reason));
        await rm(path, {force: true});
        continue;
      }
      // Its place, until there is more to tell of it.
      images.push(refused(file, 'not looked at'));
      const work = take(images.length - 1, file, path, told).finally(() => onTheWay.delete(work));
      onTheWay.add(work);
      if (onTheWay.size >= AT_ONCE) await Promise.race(onTheWay);
      if (whole !== undefined) break;
    }
  } finally {
    await Promise.all(onTheWay);
  }
  if (whole !== undefined) throw whole;
  return {images, notices: next.left()};
}

function patternOf(pattern: string | undefined): ReturnType<typeof fileNamePattern> | null {
  try {
    return pattern === undefined ? null : fileNamePattern(pattern);
  } catch (cause) {
    throw new FishboneError('USAGE', `fileNames: ${(cause as Error).message}`, {cause});
  }
}

async function* partsOf(request: FastifyRequest, images: readonly One[]) {
  const limits = {
    fileSize: MOST_BYTES,
    fieldSize: TEXT_MAX,
    fieldNameSize: 100,
    files: 2 * IMAGES_MAX,
    fields: FIELDS.length * IMAGES_MAX,
    parts: (FIELDS.length + 2) * IMAGES_MAX,
  };
  try {
    for await (const part of request.parts({limits, throwFileSizeLimit: false} as Parameters<
      typeof request.parts
    >[0])) {
      if (part.type === 'file' && images.length >= IMAGES_MAX && !/\.json$/i.test(part.filename)) {
        const message = `a request has at most ${IMAGES_MAX} images`;
        throw new FishboneError('TOO_LARGE', message, {hint: `send the rest in others; ${takenBefore(images.length)}`});
      }
      yield part as
        | (MultipartFile & {type: 'file'})
        | {type: 'field'; fieldname: string; value: unknown; valueTruncated?: boolean};
    }
  } catch (error) {
    throw broken(error, images.length);
  }
}

const takenBefore = (count: number) => `${count} images before were taken: sent again they are duplicates`;

/** What the parser threw; what the disk refused is told as that. */
function broken(error: unknown, count: number): unknown {
  const {message, code = '', syscall} = error as Error & {code?: string; syscall?: string};
  if (error instanceof FishboneError || syscall !== undefined) return error;
  const what = /LIMIT/.test(code) ? 'TOO_LARGE' : 'USAGE';
  const hint = takenBefore(count);
  return new FishboneError(what, `multipart/form-data is broken: ${message}`, {hint, cause: error});
}

/** @returns whether all of it was taken: the parser cuts what is too large, reads it to its end, and says so */
async function receive({file}: MultipartFile, path: string, count: number): Promise<boolean> {
  await receiveImage(file, path).catch(error => {
    throw broken(error, count);
  });
  return !file.truncated;
}

/** What came before a file speaks of it. */
class BeforeFile {
  readonly #fields = new Map<string, string>();
  #sidecar: {name: string; text: string | null} | null = null;
  #reason: string | null = null;

  field(name: string, value: unknown, isCut: boolean): void {
    if (!(FIELDS as readonly string[]).includes(name)) this.#reason ??= `unknown field "${name}": ${FIELDS.join(', ')}`;
    else if (this.#fields.has(name)) this.#reason ??= `the field "${name}" came twice before it`;
    else if (typeof value !== 'string' || isCut) this.#reason ??= `the field "${name}" is no short text`;
    this.#fields.set(name, String(value));
  }

  sidecar(name: string, text: string | null): void {
    if (this.#sidecar) this.#reason ??= `two sidecars came before it: ${this.#sidecar.name} and ${name}`;
    if (text === null || text.length > TEXT_MAX) this.#reason ??= `the sidecar ${name} is too large`;
    this.#sidecar = {name, text};
  }

  told(file: string, nameOf: ReturnType<typeof fileNamePattern> | null): Told | {reason: string} {
    if (this.#reason !== null) return {reason: this.#reason};
    if (this.#sidecar === null && this.#fields.size > 0) return Object.fromEntries(this.#fields);
    if (this.#sidecar === null) return nameOf === null ? {} : asTold(nameOf(file));
    const {name, text} = this.#sidecar;
    if (this.#fields.size > 0) return {reason: `it has fields and a sidecar (${name}): give one of them`};
    if (!sidecarsOf(file).includes(name)) return {reason: `the sidecar before it is ${name}, not that of ${file}`};
    return asTold(toldBy(text ?? '', name));
  }

  /** Where no file came after. */
  left(): string[] {
    const names = [...this.#fields.keys(), ...(this.#sidecar ? [this.#sidecar.name] : [])];
    return names.map(name => `"${name}" belongs to no image: what is said of one comes before it`);
  }
}

function asTold(name: ReturnType<ReturnType<typeof fileNamePattern>>): Told | {reason: string} {
  if ('reason' in name) return name;
  const {part, step, station, inspected_at: at} = name;
  return {part, ...(step && {step}), ...(station && {station}), ...(at && {at})};
}

const isOfOne = (error: unknown): boolean =>
  !(error instanceof ModelRefused) && OF_ONE.includes(translateError(error).code);

const refused = (file: string, reason: string): One => ({
  file,
  status: 'refused',
  batch: null,
  inspection: null,
  reason,
  timings: null,
});
