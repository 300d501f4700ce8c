/** A bucket of an S3-compatible store, as a place that plants publish into: keys with `/` are its folders. */
import {createReadStream, createWriteStream} from 'node:fs';
import {rm} from 'node:fs/promises';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {setTimeout as wait} from 'node:timers/promises';
import {AwsClient} from 'aws4fetch';
import {SaxesParser} from 'saxes';
import {z} from 'zod';
import {QuestionError} from '../question-error.ts';

const ATTEMPTS = 4;
const PAUSE_MS = 250;
/** Bytes: what the protocol takes in one piece. */
const LARGEST = 5 * 2 ** 30;

export const StoreSettings = z.strictObject({
  endpoint: z.url({protocol: /^https?$/, error: 'is no address such as https://s3.example:9000'}),
  region: z.string().min(1).default('us-east-1'),
  accessKeyId: z.string().min(1),
  secretKeyFile: z.string().min(1),
});
export type StoreSettings = z.output<typeof StoreSettings>;

const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*?))?\/?$/;

export const isBucket = (place: string): boolean => place.startsWith('s3://');

/** The store does not answer, or refuses; with its own words. */
class StoreError extends Error {
  readonly code = 'STORE';
  override name = 'StoreError';
  readonly hint?: string;
  constructor(message: string, {hint, cause}: {hint?: string; cause?: unknown} = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.hint = hint;
  }
}

/** @throws QuestionError for an address that is none, or without settings of its store; what reading the secret throws */
export async function openBucket(
  address: string,
  store: StoreSettings | undefined,
  readSecret: (path: string) => Promise<string>,
): Promise<Bucket> {
  const [, name, prefix = ''] = ADDRESS.exec(address) ?? [];
  if (name === undefined)
    throw new QuestionError(`${address} is no address of a bucket`, {hint: 'such as s3://plants or s3://plants/all'});
  if (store === undefined)
    throw new QuestionError(`nothing says where ${address} is and who may ask for it`, {
      hint: 'say in fishbone.json: "store": {"endpoint": "https://...", "accessKeyId": "...", "secretKeyFile": "..."}',
    });
  const {endpoint, region, accessKeyId, secretKeyFile} = store;
  const secretAccessKey = await readSecret(secretKeyFile);
  return new Bucket({
    name: address.replace(/\/$/, ''),
    url: `${endpoint.replace(/\/$/, '')}/${name}`,
    prefix: prefix === '' ? '' : `${prefix}/`,
    client: new AwsClient({accessKeyId, secretAccessKey, region, service: 's3', retries: 0}),
  });
}

interface Listed {
  keys: {key: string; bytes: number}[];
  folders: string[];
  next: string | null;
}

export class Bucket {
  /** As people know it. */
  readonly name: string;
  readonly #client: AwsClient;
  readonly #address: string;
  readonly #prefix: string;

  constructor({name, url, prefix, client}: {name: string; url: string; prefix: string; client: AwsClient}) {
    this.name = name;
    this.#address = url;
    this.#prefix = prefix;
    this.#client = client;
  }

  /** Names of the folders and files right under a folder; none where there is no such folder. */
  async list(folder: string): Promise<string[]> {
    const within = this.#within(folder);
    const names: string[] = [];
    for await (const {keys, folders} of this.#listing(within, '/')) {
      names.push(...folders.map(path => path.slice(within.length, -1)));
      names.push(...keys.map(({key}) => key.slice(within.length)));
    }
    return names;
  }

  /** Every file under a folder with its size, by its path from there. */
  async sizes(folder: string): Promise<Map<string, number>> {
    const within = this.#within(folder);
    const sizes = new Map<string, number>();
    for await (const {keys} of this.#listing(within)) {
      for (const {key, bytes} of keys) sizes.set(key.slice(within.length), bytes);
    }
    return sizes;
  }

  /** @returns null where there is none */
  async text(path: string): Promise<string | null> {
    const answer = await this.#asked('GET', this.#url(path));
    if (answer.status === 404) return null;
    return answer.text();
  }

  /** The digest that a file was put there with. @returns null where there is none, or it was put there by others */
  async digest(path: string): Promise<string | null> {
    const answer = await this.#asked('HEAD', this.#url(path));
    return answer.status === 404 ? null : answer.headers.get('x-amz-meta-sha256');
  }

  /** Brings a file here. @throws StoreError, leaving nothing */
  async bring(path: string, into: string): Promise<void> {
    const answer = await this.#asked('GET', this.#url(path));
    if (answer.status === 404) throw new StoreError(`${this.name}/${path} is not there any more`);
    try {
      await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(into));
    } catch (cause) {
      await rm(into, {force: true});
      throw new StoreError(`${this.name}/${path} broke off: ${(cause as Error).message}`, {cause});
    }
  }

  /** @param sha256 of its bytes, which the store holds them against */
  async put(path: string, file: string, {bytes, sha256}: {bytes: number; sha256: string}): Promise<void> {
    if (bytes > LARGEST)
      throw new QuestionError(`${file} has ${bytes} bytes, more than a store takes in one piece`, {
        hint: 'large tables are split by month, and this month alone is larger: give all plants a folder that they share',
      });
    const headers = {
      'x-amz-content-sha256': sha256,
      'x-amz-meta-sha256': sha256,
      'content-length': String(bytes),
      'content-type': 'application/octet-stream',
    };
    await this.#asked('PUT', this.#url(path), headers, () => Readable.toWeb(createReadStream(file)));
  }

  async remove(path: string): Promise<void> {
    await this.#asked('DELETE', this.#url(path));
  }

  #within(folder: string): string {
    return folder === '' ? this.#prefix : `${this.#prefix}${folder}/`;
  }

  #url(path: string): string {
    return `${this.#address}/${`${this.#prefix}${path}`.split('/').map(encoded).join('/')}`;
  }

  async *#listing(prefix: string, delimiter?: string): AsyncGenerator<Listed> {
    for (let next: string | null = ''; next !== null; ) {
      const asked = Object.entries({
        'list-type': '2',
        prefix,
        ...(delimiter === undefined ? {} : {delimiter}),
        ...(next === '' ? {} : {'continuation-token': next}),
      }).map(([name, value]) => `${name}=${encoded(value)}`);
      const answer = await this.#asked('GET', `${this.#address}?${asked.join('&')}`);
      if (answer.status === 404)
        throw new StoreError(`there is no such bucket at ${this.#address}`, {hint: 'somebody has to make it first'});
      const listed = readListing(await answer.text());
      yield listed;
      next = listed.next;
    }
  }

  /** As often as it can help. @returns the answer, which may be that there is no such thing */
  async #asked(
    method: string,
    url: string,
    headers: Record<string, string> = {'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'},
    body?: () => unknown,
  ): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const signed = await this.#client.sign(url, {method, headers});
      const how = body === undefined ? {} : {body: body() as never, duplex: 'half'};
      const answer = await fetch(url, {method, headers: signed.headers, redirect: 'error', ...how}).catch(
        (cause: unknown) => (attempt < ATTEMPTS ? null : Promise.reject(unreachable(this.#address, cause))),
      );
      if (answer !== null && (answer.ok || answer.status === 404)) return answer;
      if (answer !== null && (attempt === ATTEMPTS || !(answer.status >= 500 || answer.status === 429)))
        throw await refused(`${method} ${this.name}`, answer);
      await answer?.body?.cancel();
      await wait(PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

/** As signatures want it (RFC 3986): a store may hold them against the address as it came. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function unreachable(address: string, cause: unknown): StoreError {
  const {message, cause: behind} = cause as Error & {cause?: Error};
  return new StoreError(`the store at ${address} does not answer: ${behind?.message || message}`, {cause});
}

async function refused(what: string, answer: Response): Promise<StoreError> {
  const text = await answer.text().catch(() => '');
  const said = /<Message>([^<]*)</.exec(text)?.[1] ?? answer.statusText;
  const hint =
    answer.status === 403 ? 'see accessKeyId and secretKeyFile of the store, and what that key may do' : undefined;
  return new StoreError(`${what}: the store refuses (${answer.status}): ${said}`, {hint});
}

function readListing(xml: string): Listed {
  const listed: Listed = {keys: [], folders: [], next: null};
  const path: string[] = [];
  let text = '';
  let entry = {key: '', bytes: 0};
  const parser = new SaxesParser();
  parser.on('opentag', ({name}) => {
    path.push(name);
    text = '';
    if (name === 'Contents') entry = {key: '', bytes: 0};
  });
  parser.on('text', piece => {
    text += piece;
  });
  parser.on('closetag', ({name}) => {
    path.pop();
    const parent = path.at(-1);
    if (parent === 'Contents' && name === 'Key') entry.key = text;
    if (parent === 'Contents' && name === 'Size') entry.bytes = Number(text);
    if (name === 'Contents') listed.keys.push(entry);
    if (parent === 'CommonPrefixes' && name === 'Prefix') listed.folders.push(text);
    if (name === 'NextContinuationToken') listed.next = text;
  });
  parser.on('error', cause => {
    throw new StoreError(`the store's list of files cannot be read: ${cause.message}`, {cause});
  });
  parser.write(xml).close();
  return listed;
}
