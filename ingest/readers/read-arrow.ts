import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {type Data, type DataType, RecordBatchReader, Type, type Vector} from 'apache-arrow';
import {IngestError} from '../error.ts';
import {ARROW_MAGIC, isArrowFile} from './arrow.ts';
import {checkMetadata} from './arrow-metadata.ts';
import {arrowText} from './arrow-text.ts';
import {MadeTable} from './made-table.ts';
import type {Reading, ReadOptions} from './reader.ts';

/** The magic, filled up to eight bytes. */
const FILE_HEAD_BYTES = 8;
/** Of one batch, which is held. */
const ROWS_MAX = 2 ** 28;

/** @throws IngestError if it is cut off or damaged anywhere: then nothing of it is taken */
export async function readArrow(path: string, {into}: ReadOptions): Promise<Reading> {
  const isStream = await checkEnd(path);
  const made = new MadeTable(path, into);
  const input = createReadStream(path);
  try {
    await checkMetadata(path, isStream ? 0 : FILE_HEAD_BYTES);
    const reader = await RecordBatchReader.from(input);
    await reader.open({autoDestroy: false});
    const {fields} = reader.schema;
    made.addColumns(fields.flatMap(({name, type}) => columnsOf(name, type)));
    let line = 0;
    for await (const batch of reader) {
      for (const data of batch.data.children) checkLength(data, batch.numRows);
      const columns = fields.flatMap(({name, type}, i) => textsOf(path, name, type, batch.getChildAt(i)!));
      for (let row = 0; row < batch.numRows; row++) {
        const record: Record<string, string> = {};
        for (const {name, text} of columns) {
          const value = text(row);
          if (value !== undefined) record[name] = value;
        }
        made.put(++line, record);
      }
    }
    return made.reading([]);
  } catch (cause) {
    throw cause instanceof IngestError ? cause : new IngestError(`${path}: ${whyUnread(cause as Error)}`, {cause});
  } finally {
    input.destroy();
    made.close();
  }
}

/** A damaged length would make rows without end, of nothing. */
function checkLength(data: Data, rows: number): void {
  const {length, values, valueOffsets, typeId, children} = data;
  const held = valueOffsets?.length
    ? valueOffsets.length - 1
    : typeId === Type.Bool
      ? 8 * ((values as Uint8Array | undefined)?.length ?? 0)
      : (values as ArrayLike<unknown> | undefined)?.length;
  const isNested = children.length > 0 && !valueOffsets?.length;
  if (length !== rows || length > ROWS_MAX || (!isNested && typeId !== Type.Null && (held ?? 0) < length))
    throw new Error(`a column of ${length} values in a batch of ${rows} rows`);
  for (const child of children) checkLength(child, typeId === Type.Struct ? rows : child.length);
}

/** @returns whether it is a stream. The reader takes the end of the bytes for the end of the stream, so it is looked for beforehand. */
async function checkEnd(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const {size} = await file.stat();
    const head = Buffer.alloc(8);
    const tail = Buffer.alloc(8);
    await file.read(head, 0, 8, 0);
    await file.read(tail, 0, 8, Math.max(0, size - 8));
    const whole = isArrowFile(head)
      ? size > 2 * ARROW_MAGIC.length && tail.toString('latin1', 2) === ARROW_MAGIC
      : tail.readInt32LE(0) === -1 && tail.readInt32LE(4) === 0;
    if (!whole)
      throw new IngestError(`${path}: is Apache Arrow that was cut off (its end is missing): copy or export it again`);
    return !isArrowFile(head);
  } finally {
    await file.close();
  }
}

function columnsOf(name: string, type: DataType): string[] {
  return isStruct(type) ? type.children.flatMap(child => columnsOf(`${name}.${child.name}`, child.type)) : [name];
}

type Column = {name: string; text: (row: number) => string | undefined};

function textsOf(path: string, name: string, type: DataType, vector: Vector): Column[] {
  if (!isStruct(type)) return [{name, text: arrowText(`${path}: column "${name}"`, type, vector)}];
  return type.children.flatMap((child, i) =>
    textsOf(path, `${name}.${child.name}`, child.type, vector.getChildAt(i)!).map(column => ({
      ...column,
      text: (row: number) => (vector.isValid(row) ? column.text(row) : undefined),
    })),
  );
}

const STRUCT = 13;
const isStruct = (type: DataType): boolean => type.typeId === STRUCT;

function whyUnread({message}: Error): string {
  if (/codec not found/.test(message))
    return 'is Apache Arrow with compressed buffers (LZ4 or ZSTD): write it without compression, or as Parquet';
  const type = /Unrecognized type: "?([^"]*)"?/.exec(message)?.[1];
  if (type !== undefined)
    return `is Apache Arrow with a column of a type that is not read (${type}): write it as text (Utf8), or the file as Parquet`;
  return `is damaged Apache Arrow (${message}): copy or export it again`;
}
