/** Text in encodings other than UTF-8: read only when the file proves it (UTF-16), or somebody says so. */
import {isAscii, isUtf8} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {IngestError} from '../error.ts';
import {readUtf8} from './text.ts';

const CHUNK_BYTES = 1 << 20;

export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'iso-8859-15',
  'shift_jis',
  'gb18030',
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Of the bytes 0x80 to 0x9f; what is not defined is the sign for that. Node's own decoder reads them as Latin-1. */
const WINDOWS_1252 = '€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ';

export interface Decoder {
  decode(bytes?: Buffer, options?: {stream: boolean}): string;
}

/** A decoder of pieces; what is not text becomes U+FFFD. */
export function decoderOf(encoding: string): Decoder {
  if (encoding !== 'windows-1252') return new TextDecoder(encoding);
  return {
    decode: bytes =>
      (bytes?.toString('latin1') ?? '').replace(/[\x80-\x9f]/g, char => WINDOWS_1252[char.charCodeAt(0) - 0x80]),
  };
}

/**
 * The encoding of a text file by its first bytes: a byte order mark, or the zero bytes that every second byte of UTF-16 is.
 * Nothing is guessed of bytes above 127: which of the old encodings they are in, no file tells.
 * @param told what was said of it
 * @throws IngestError if its byte order mark says otherwise
 */
export function encodingOf(head: Buffer, path: string, told?: Encoding): {encoding: Encoding; notice?: string} {
  const marked = markOf(head);
  if (told && marked && marked !== told)
    throw new IngestError(
      `${path}: begins with the byte order mark of ${nameOf(marked)}, so it is not ${nameOf(told)} as was said: leave the encoding out`,
    );
  if (told && told !== 'utf-8') return {encoding: told, notice: `it is read as ${nameOf(told)}, as was said`};
  if (marked === 'utf-8' || told) return {encoding: 'utf-8'};
  if (marked) return {encoding: marked, notice: `it is read as ${nameOf(marked)}, by its byte order mark`};
  const byZeros = zerosSay(head);
  if (!byZeros) return {encoding: 'utf-8'};
  return {
    encoding: byZeros,
    notice: `it is read as ${nameOf(byZeros)}: it has no byte order mark, but zeros where that encoding has them`,
  };
}

function markOf(head: Buffer): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 'utf-8' : undefined;
}

function zerosSay(head: Buffer): Encoding | undefined {
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]++;
  const enough = head.length / 8;
  if (zeros[1] > enough && zeros[0] === 0) return 'utf-16le';
  return zeros[0] > enough && zeros[1] === 0 ? 'utf-16be' : undefined;
}

const nameOf = (encoding: Encoding): string =>
  encoding
    .replace('utf-16le', 'UTF-16 LE')
    .replace('utf-16be', 'UTF-16 BE')
    .replace(/^(utf|iso)/, name => name.toUpperCase())
    .replace('windows', 'Windows')
    .replace('shift_jis', 'Shift JIS')
    .replace('gb18030', 'GB 18030');

/**
 * Streams the text of a file, without its byte order mark: memory stays flat however large it is.
 * @throws IngestError naming the first line that is not text of this encoding, or is of another one
 */
export async function readText(path: string, encoding: Encoding, take: (text: string) => void): Promise<void> {
  if (encoding === 'utf-8') {
    const decoder = new TextDecoder();
    await readUtf8(path, chunk => take(decoder.decode(chunk, {stream: true})), {otherEncodings: true});
    return;
  }
  const isWide = encoding.startsWith('utf-16');
  const strict = encoding === 'windows-1252' ? undefined : new TextDecoder(encoding, {fatal: true});
  const decoder = decoderOf(encoding);
  const mixture = isWide ? undefined : new Mixture(path, encoding);
  let line = 1;
  const decode = (bytes: Buffer | undefined): void => {
    const options = {stream: bytes !== undefined};
    const text = decoder.decode(bytes, options);
    const wrong = strict && !accepts(() => strict.decode(bytes, options)) ? text.indexOf('\ufffd') : undefined;
    const signs = isWide ? /\0/ : strict ? /[\0\x80-\x9f]/ : /[\0\ufffd]/;
    const at = wrong ?? text.search(signs);
    if (at >= 0 || wrong !== undefined) {
      const where = line + lineEnds(text.slice(0, Math.max(at, 0)));
      const why = text[at] === '\0' ? 'holds NUL bytes, so it is not a text file' : `is not ${nameOf(encoding)} text`;
      throw new IngestError(`${path}: line ${where} ${why}: say the right encoding, or export the file again as UTF-8`);
    }
    line += lineEnds(text);
    take(text);
  };
  for await (const chunk of createReadStream(path, {highWaterMark: CHUNK_BYTES}) as AsyncIterable<Buffer>) {
    mixture?.see(chunk);
    decode(chunk);
  }
  decode(undefined);
  mixture?.end();
}

function accepts(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch {
    // A TypeError says that the bytes are not of the encoding, which is the answer.
    return false;
  }
}

const lineEnds = (text: string): number => {
  let ends = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends++;
  return ends;
};

/** A line that is UTF-8 beyond ASCII is hardly ever anything else: it shows that the file is UTF-8, or of two encodings. */
class Mixture {
  readonly #path: string;
  readonly #encoding: Encoding;
  #line = 1;
  #rest: Buffer = Buffer.alloc(0);
  #utf8 = 0;
  #other = 0;

  constructor(path: string, encoding: Encoding) {
    this.#path = path;
    this.#encoding = encoding;
  }

  see(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      this.#judge(bytes.subarray(start, end));
      this.#line++;
      start = end + 1;
    }
    // Of a line without end its start is enough.
    this.#rest = bytes.length - start > CHUNK_BYTES ? this.#rest : bytes.subarray(start);
  }

  end(): void {
    this.#judge(this.#rest);
    if (this.#utf8 > 0)
      throw new IngestError(
        `${this.#path}: line ${this.#utf8} and all others are UTF-8 text, not ${nameOf(this.#encoding)} as was said: leave the encoding out`,
      );
  }

  #judge(line: Buffer): void {
    if (isAscii(line)) return;
    if (isUtf8(line)) this.#utf8 ||= this.#line;
    else this.#other ||= this.#line;
    if (this.#utf8 > 0 && this.#other > 0)
      throw new IngestError(
        `${this.#path}: line ${this.#utf8} is UTF-8 text and line ${this.#other} is not: its encodings are mixed, so ` +
          'export it again, all of it in UTF-8',
      );
  }
}
