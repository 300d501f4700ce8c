import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {decoderOf} from './encodings.ts';

const CHUNK_BYTES = 1 << 20;
const LINE_CHARACTERS_MAX = 1 << 20;
const START_CHARACTERS = 500;

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
 * Gives the lines of a text file (1 = first) in order, without their ends, which may be LF or CRLF. At a line that is too
 * long to be one it stops: what comes before is given, and of that line the start, as of a file that was cut off there.
 * @param take is also told whether the line has an end: the last one of a file that was cut off has none
 * @returns the line at which it stopped; 0 = it did not
 */
export async function eachDecodedLine(
  path: string,
  encoding: string,
  take: (text: string, line: number, ended: boolean) => void,
  longest = LINE_CHARACTERS_MAX,
): Promise<number> {
  const decoder = decoderOf(encoding);
  let line = 1;
  let rest = '';
  const split = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      rest += text.slice(start, end);
      if (rest.length > longest) return;
      take(rest.replace(/\r$/, ''), line++, true);
      rest = '';
      start = end + 1;
    }
    rest += text.slice(start);
  };
  for await (const chunk of createReadStream(path, {highWaterMark: CHUNK_BYTES}) as AsyncIterable<Buffer>) {
    split(decoder.decode(chunk, {stream: true}));
    if (rest.length > longest) break;
  }
  if (rest.length <= longest) split(decoder.decode());
  const isTooLong = rest.length > longest;
  if (rest !== '') take(isTooLong ? rest.slice(0, START_CHARACTERS) : rest, line, false);
  return isTooLong ? line : 0;
}

/** What a receipt says of a line at which reading stopped. */
export const stoppedAt = (line: number): string =>
  `line ${line} is too long to be one, so the file is damaged: nothing behind it is read, and of itself only what it begins with`;
