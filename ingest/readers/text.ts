import {isAscii, isUtf8} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {IngestError} from '../error.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * Streams a text file and checks it as a whole: memory stays flat however large the file is.
 * @param take gets each piece of the file, in order
 * @param otherEncodings whether the format may be sent in another encoding, if that is said
 * @throws IngestError naming the line of the first byte that is not UTF-8 text
 */
export async function readUtf8(
  path: string,
  take: (chunk: Buffer) => void,
  {otherEncodings = false} = {},
): Promise<void> {
  let line = 1;
  let firstBeyondAscii = 0;
  let cut: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, {highWaterMark: CHUNK_BYTES}) as AsyncIterable<Buffer>) {
    // A character may be cut in two by the edge of a piece: its bytes wait for the next one.
    const joined = cut.length > 0 ? Buffer.concat([cut, chunk]) : chunk;
    const whole = joined.subarray(0, joined.length - cutCharacterBytes(joined));
    cut = joined.subarray(whole.length);
    if (!isUtf8(whole) || whole.includes(0))
      throw notText({path, line, bytes: joined, firstBeyondAscii, otherEncodings});
    if (firstBeyondAscii === 0 && !isAscii(whole))
      firstBeyondAscii = line + countLines(whole.subarray(0, beyondAscii(whole)));
    take(whole);
    line += countLines(whole);
  }
  if (cut.length > 0) throw notText({path, line, bytes: cut, firstBeyondAscii, otherEncodings});
}

const beyondAscii = (bytes: Buffer): number => bytes.findIndex(byte => byte > 0x7f);

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

interface NotText {
  path: string;
  /** Of the first of `bytes`. */
  line: number;
  bytes: Buffer;
  /** The first line before them with signs beyond ASCII, which is UTF-8; 0 = none. */
  firstBeyondAscii: number;
  otherEncodings: boolean;
}

function notText({path, line: firstLine, bytes, firstBeyondAscii, otherEncodings}: NotText): IngestError {
  let line = firstLine;
  let utf8Line = firstBeyondAscii;
  let bad = bytes;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    bad = bytes.subarray(start, end);
    if (bad.includes(0)) return new IngestError(`${path}: line ${line} holds NUL bytes, so it is not a text file`);
    if (!isUtf8(bad)) break;
    if (!isAscii(bad)) utf8Line ||= line;
    start = end;
  }
  if (utf8Line > 0)
    return new IngestError(
      `${path}: line ${line} is not UTF-8 text, though line ${utf8Line} is: its encodings are mixed, or it is damaged; ` +
        'export it again, all of it in UTF-8',
    );
  const again = 'export the file again with the encoding UTF-8';
  if (!otherEncodings) return new IngestError(`${path}: line ${line} is not UTF-8 text: ${again}`);
  return new IngestError(
    `${path}: line ${line} is not UTF-8 text (as Windows-1252 it would say "${excerpt(bad)}"): ${again}, or say which ` +
      'it has by --encoding, such as windows-1252, or by "encoding" in a mapping',
  );
}

/** What stands around the first byte beyond ASCII, in the encoding that is the most frequent of the old ones. */
function excerpt(line: Buffer): string {
  const at = beyondAscii(line);
  const around = line.subarray(Math.max(0, at - 12), at + 12).toString('latin1');
  return around.replace(/\p{Cc}/gu, '').trim();
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
