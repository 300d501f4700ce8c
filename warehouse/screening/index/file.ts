/**
 * One file a step: a line of JSON that says what follows, then the arrays as they lie in memory. A file that is not what
 * its own checksums say, or was made from other facts, is as good as none: it is made again.
 */
import {mkdir, open, rename} from 'node:fs/promises';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {type RankCodes, shared} from '../rank-codes.ts';
import type {Group} from './group.ts';

type Array = Int32Array | Uint16Array | Uint32Array | Float64Array;
const KINDS = {Int32Array, Uint16Array, Uint32Array, Float64Array};

interface Section {
  /** '' for the rows, else the SQL of the number's value. */
  of: string;
  part: 'rows' | 'codes' | 'distinct';
  kind: keyof typeof KINDS;
  length: number;
  /** In bytes from the end of the header. */
  at: number;
  checksum: number;
}

const pathOf = (folder: string, step: number) => join(folder, 'index', `step-${step}.codes`);

/** Writes a step's codes; a reader sees the old file or the new one whole. It can be made again, so there is no fsync. */
export async function writeGroup(folder: string, step: number, key: string, group: Group): Promise<void> {
  const arrays: {of: string; part: Section['part']; array: Array}[] = [{of: '', part: 'rows', array: group.rows}];
  for (const [of, {codes, distinct}] of group.numbers) {
    arrays.push({of, part: 'codes', array: codes}, {of, part: 'distinct', array: distinct});
  }
  let at = 0;
  const sections = arrays.map(({of, part, array}): Section => {
    const section = {of, part, kind: kindOf(array), length: array.length, at, checksum: crc32(bytesOf(array))};
    at += Math.ceil(array.byteLength / 8) * 8;
    return section;
  });
  const header = Buffer.from(`${JSON.stringify({key, sections})}\n`);
  await mkdir(join(folder, 'index'), {recursive: true});
  const path = pathOf(folder, step);
  const file = await open(`${path}.${process.pid}.tmp`, 'w');
  try {
    await file.write(header, 0, header.length, 0);
    for (const [k, {array}] of arrays.entries()) {
      await file.write(bytesOf(array), 0, array.byteLength, header.length + sections[k].at);
    }
  } finally {
    await file.close();
  }
  await rename(`${path}.${process.pid}.tmp`, path);
}

/** @returns the step's codes, null where there is no file, it was made from other facts, or it is damaged */
export async function readGroup(folder: string, step: number, key: string): Promise<Group | null> {
  const file = await open(pathOf(folder, step)).catch(() => null);
  if (file === null) return null;
  try {
    const header = await headerOf(file);
    if (header === null || header.key !== key) return null;
    const read = new Map<string, Partial<Record<Section['part'], Array>>>();
    for (const section of header.sections) {
      const array = shared<Array>(KINDS[section.kind] as never, section.length);
      const bytes = bytesOf(array);
      const {bytesRead} = await file.read(bytes, 0, bytes.length, header.length + section.at);
      if (bytesRead !== bytes.length || crc32(bytes) !== section.checksum) return null;
      read.set(section.of, {...read.get(section.of), [section.part]: array});
    }
    return asGroup(read);
  } finally {
    await file.close();
  }
}

/** The first line, null if it is none. */
async function headerOf(file: Awaited<ReturnType<typeof open>>) {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const piece = Buffer.alloc(65_536);
    const {bytesRead} = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return null;
    pieces.push(piece.subarray(0, bytesRead));
    at += bytesRead;
    const end = Buffer.concat(pieces).indexOf(10);
    if (end < 0) continue;
    const line = Buffer.concat(pieces).subarray(0, end).toString();
    const header = parsed(line);
    return header && {...header, length: end + 1};
  }
}

function parsed(line: string): {key: string; sections: Section[]} | null {
  try {
    return JSON.parse(line) as {key: string; sections: Section[]};
  } catch {
    // Cut off or overwritten: as good as none.
    return null;
  }
}

function asGroup(read: ReadonlyMap<string, Partial<Record<Section['part'], Array>>>): Group | null {
  const rows = read.get('')?.rows;
  if (!(rows instanceof Int32Array)) return null;
  const numbers = new Map<string, RankCodes>();
  for (const [of, {codes, distinct}] of read) {
    if (of === '') continue;
    const isWhole = codes instanceof Uint16Array || codes instanceof Uint32Array;
    if (!isWhole || !(distinct instanceof Float64Array)) return null;
    numbers.set(of, {rows, codes, distinct});
  }
  return {rows, numbers};
}

function kindOf(array: Array): Section['kind'] {
  if (array instanceof Int32Array) return 'Int32Array';
  if (array instanceof Uint16Array) return 'Uint16Array';
  return array instanceof Uint32Array ? 'Uint32Array' : 'Float64Array';
}

const bytesOf = (array: Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
