import {isUtf8} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {IngestError} from '../error.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * Streams a text file and checks it as a whole: memory stays flat however large the file is.
 * @param take gets each piece of the file, in order
 * @throws IngestError naming the line of the first byte that is not UTF-8 text
 */
export async function readUtf8(path: string, take: (chunk: Buffer) => void): Promise<void> {
  let line = 1;
  let cut: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, {highWaterMark: CHUNK_BYTES}) as AsyncIterable<Buffer>) {
    // A character may be cut in two by the edge of a piece: its bytes wait for the next one.
    const joined = cut.length > 0 ? Buffer.concat([cut, chunk]) : chunk;
    const whole = joined.subarray(0, joined.length - cutCharacterBytes(joined));
    cut = joined.subarray(whole.length);
    if (!isUtf8(whole) || whole.includes(0)) throw notText(path, line, whole);
    take(whole);
    line += countLines(whole);
  }
  if (cut.length > 0) throw notText(path, line, cut);
}

/** How many bytes at the end belong to a character that goes on beyond it. */
function cutCharacterBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

function notText(path: string, firstLine: number, bytes: Buffer): IngestError {
  let line = firstLine;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    const text = bytes.subarray(start, end);
    if (text.includes(0)) return new IngestError(`${path}: line ${line} holds NUL bytes, so it is not a text file`);
    if (!isUtf8(text)) break;
    start = end;
  }
  return new IngestError(`${path}: line ${line} is not UTF-8 text: export the file again with the encoding UTF-8`);
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
