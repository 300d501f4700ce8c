/**
 * The metadata of Arrow's messages, before the library follows them: what a damaged count or offset says would make it read
 * without end. Only that all of it lies within its message is looked at, and that no list is longer than the bytes it is in.
 * @see https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 * @see https://flatbuffers.dev/internals/
 */
import {type FileHandle, open} from 'node:fs/promises';

const CONTINUES = -1;
const METADATA_BYTES_MAX = 64 << 20;
const DEPTH_MAX = 64;
/** Places of fields in their tables, by the schemas of the format (Message.fbs, Schema.fbs). */
const MESSAGE = {kind: 1, header: 2, bodyBytes: 3};
const SCHEMA = {fields: 1, metadata: 2};
const FIELD = {dictionary: 4, children: 5, metadata: 6};
const BATCH = {nodes: 1, buffers: 2};
const DICTIONARY_BATCH = {data: 1};
const KINDS = {schema: 1, dictionary: 2, batch: 3};

/** @throws Error in words, if a message cannot be what it says */
export async function checkMetadata(path: string, from: number): Promise<void> {
  const file = await open(path);
  try {
    const {size} = await file.stat();
    for (let at = from; at + 8 <= size; ) {
      const head = await bytesAt(file, at, 8);
      // Before version 0.15 the length stood alone.
      const isOld = head.readInt32LE(0) !== CONTINUES;
      const length = head.readInt32LE(isOld ? 0 : 4);
      at += isOld ? 4 : 8;
      if (length === 0) return;
      if (length < 8 || length > METADATA_BYTES_MAX || at + length > size)
        throw new Error(`metadata of ${length} bytes`);
      const bodyBytes = checkMessage(new Metadata(await bytesAt(file, at, length)));
      if (bodyBytes < 0 || at + length + bodyBytes > size) throw new Error(`a body of ${bodyBytes} bytes`);
      at += length + bodyBytes;
    }
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const {bytesRead} = await file.read(bytes, 0, length, at);
  if (bytesRead < length) throw new Error(`${length} bytes were expected at ${at}`);
  return bytes;
}

/** @returns how many bytes of values follow */
function checkMessage(metadata: Metadata): number {
  const message = metadata.root();
  const header = metadata.table(message, MESSAGE.header);
  if (header === null) throw new Error('a message that holds nothing');
  const kind = metadata.byte(message, MESSAGE.kind);
  if (kind === KINDS.schema) {
    for (const field of metadata.tables(header, SCHEMA.fields)) checkField(metadata, field, 0);
    metadata.tables(header, SCHEMA.metadata);
  } else if (kind === KINDS.dictionary) {
    const data = metadata.table(header, DICTIONARY_BATCH.data);
    if (data !== null) checkBatch(metadata, data);
  } else if (kind === KINDS.batch) checkBatch(metadata, header);
  else throw new Error(`a message of the kind ${kind}`);
  return metadata.long(message, MESSAGE.bodyBytes);
}

function checkField(metadata: Metadata, field: number, depth: number): void {
  if (depth > DEPTH_MAX) throw new Error(`types within types, ${depth} deep`);
  metadata.table(field, FIELD.dictionary);
  metadata.tables(field, FIELD.metadata);
  for (const child of metadata.tables(field, FIELD.children)) checkField(metadata, child, depth + 1);
}

function checkBatch(metadata: Metadata, batch: number): void {
  for (const list of [BATCH.nodes, BATCH.buffers]) metadata.list(batch, list, 16);
}

/** A flatbuffer, read with every offset and length held against its bytes. */
class Metadata {
  readonly #bytes: Buffer;
  /** Fields that were looked at: a damaged offset may lead in circles. */
  #looked = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  root(): number {
    return this.#follow(0);
  }

  byte(table: number, field: number): number {
    const at = this.#place(table, field);
    if (at === null) return 0;
    this.#within(at, 1);
    return this.#bytes[at];
  }

  long(table: number, field: number): number {
    const at = this.#place(table, field);
    if (at === null) return 0;
    this.#within(at, 8);
    return Number(this.#bytes.readBigInt64LE(at));
  }

  table(table: number, field: number): number | null {
    const at = this.#place(table, field);
    return at === null ? null : this.#follow(at);
  }

  tables(table: number, field: number): number[] {
    const list = this.list(table, field, 4);
    return Array.from({length: list.length}, (_, k) => this.#follow(list.at + 4 * k));
  }

  list(table: number, field: number, itemBytes: number): {at: number; length: number} {
    const place = this.#place(table, field);
    if (place === null) return {at: 0, length: 0};
    const at = this.#follow(place, 4);
    const length = this.#bytes.readUInt32LE(at);
    this.#within(at + 4, length * itemBytes);
    return {at: at + 4, length};
  }

  #follow(at: number, bytes = 4): number {
    if (++this.#looked > this.#bytes.length) throw new Error('metadata that leads in circles');
    this.#within(at, 4);
    const there = at + this.#bytes.readUInt32LE(at);
    this.#within(there, bytes);
    return there;
  }

  /** Where a field of a table stands; null where it has its default. */
  #place(table: number, field: number): number | null {
    const vtable = table - this.#bytes.readInt32LE(table);
    this.#within(vtable, 4);
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#bytes.readUInt16LE(vtable)) return null;
    this.#within(vtable + entry, 2);
    const offset = this.#bytes.readUInt16LE(vtable + entry);
    if (offset === 0) return null;
    this.#within(table + offset, 1);
    return table + offset;
  }

  #within(at: number, bytes: number): void {
    if (!(at >= 0 && at + bytes <= this.#bytes.length)) throw new Error('metadata that points beyond itself');
  }
}
