import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {IngestError} from '../error.ts';
import {decoderOf} from './encodings.ts';

const CHUNK_BYTES = 1 << 20;
const LINE_CHARACTERS_MAX = 1 << 20;

/** Of text in an older format: its SHA-256, and whether it is UTF-8 or (what else such systems write) Windows-1252. */
export async function examineText(path: string): Promise<{digest: string; encoding: 'utf-8' | 'windows-1252'}> {
  const hash = createHash('sha256');
  const decoder = new TextDecoder('utf-8', {fatal: true});
  let isUtf8 = true;
  const accepts = (decode: () => unknown): boolean => {
    try {
      decode();
      return true;
    } catch {
      // A TypeError says that the bytes are not UTF-8, which is the answer.
      return false;
    }
  };
  for await (const chunk of createReadStream(path, {highWaterMark: CHUNK_BYTES}) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    isUtf8 &&= accepts(() => decoder.decode(chunk, {stream: true}));
  }
  isUtf8 &&= accepts(() => decoder.decode());
  return {digest: hash.digest('hex'), encoding: isUtf8 ? 'utf-8' : 'windows-1252'};
}

/**
 * Gives the lines of a text file (1 = first) in order, without their ends, which may be LF or CRLF.
 * @param take is also told whether the line has an end: the last one of a file that was cut off has none
 */
export async function eachDecodedLine(
  path: string,
  encoding: string,
  take: (text: string, line: number, ended: boolean) => void,
  longest = LINE_CHARACTERS_MAX,
): Promise<void> {
  const decoder = decoderOf(encoding);
  let line = 1;
  let rest = '';
  const split = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      take((rest + text.slice(start, end)).replace(/\r$/, ''), line++, true);
      rest = '';
      start = end + 1;
    }
    rest += text.slice(start);
    if (rest.length > longest)
      throw new IngestError(
        `${path}: line ${line} is longer than ${longest >> 20} million characters: the file is damaged`,
      );
  };
  for await (const chunk of createReadStream(path, {highWaterMark: CHUNK_BYTES}) as AsyncIterable<Buffer>)
    split(decoder.decode(chunk, {stream: true}));
  split(decoder.decode());
  if (rest !== '') take(rest, line, false);
}
