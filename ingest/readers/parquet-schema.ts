/** Thrift compact protocol's types, as far as a footer uses them. */
const TYPE = {true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, struct: 12};
/** Fields of FileMetaData and SchemaElement that matter here. */
const FILE_SCHEMA = 2;
const ELEMENT_REPETITION = 3;
const ELEMENT_NAME = 4;
const ELEMENT_CHILDREN = 5;
const ELEMENT_CONVERTED = 6;
const ELEMENT_LOGICAL = 10;
const REPEATED = 2;

interface Element {
  name: string;
  children: number;
  /** Its children are fields of one value, not the items of a list or a map. */
  isStruct: boolean;
}

/**
 * Names of a Parquet file's columns; a struct has one for each of its fields.
 * @param footer FileMetaData in Thrift's compact protocol
 * @returns of each column the names from the outside in
 * @throws RangeError if the bytes end early or make no sense
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function columnPaths(footer: Buffer): string[][] {
  const elements: Element[] = [];
  const thrift = new CompactReader(footer);
  thrift.struct((field, type) => {
    if (field !== FILE_SCHEMA || type !== TYPE.list) return thrift.skip(type);
    const {count} = thrift.listHeader();
    for (let i = 0; i < count; i++) elements.push(schemaElement(thrift));
  });
  return pathsIn(elements);
}

function schemaElement(thrift: CompactReader): Element {
  const element: Element = {name: '', children: 0, isStruct: true};
  thrift.struct((field, type) => {
    if (field === ELEMENT_NAME && type === TYPE.binary) element.name = thrift.binary().toString('utf8');
    else if (field === ELEMENT_CHILDREN && type === TYPE.i32) element.children = thrift.zigzag();
    else {
      if (field === ELEMENT_REPETITION && type === TYPE.i32) element.isStruct &&= thrift.zigzag() !== REPEATED;
      else thrift.skip(type);
      if (field === ELEMENT_CONVERTED || field === ELEMENT_LOGICAL) element.isStruct = false;
    }
  });
  return element;
}

/** The schema is a tree laid out depth first; its root is the file. */
function pathsIn(elements: readonly Element[]): string[][] {
  const paths: string[][] = [];
  let at = 1;
  const pass = (above: string[] | undefined): void => {
    const element = elements[at++];
    if (!element) throw new RangeError('the schema ends early');
    const path = above && [...above, element.name];
    const isColumn = element.children === 0 || !element.isStruct;
    if (path && isColumn) paths.push(path);
    for (let i = 0; i < element.children; i++) pass(isColumn ? undefined : path);
  };
  for (let i = 0; i < (elements[0]?.children ?? 0); i++) pass([]);
  if (paths.length === 0) throw new RangeError('the schema has no columns');
  return paths;
}

class CompactReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  struct(onField: (field: number, type: number) => void): void {
    for (let field = 0; ; ) {
      const header = this.#byte();
      const type = header & 0x0f;
      if (type === 0) return;
      const step = header >> 4;
      field = step === 0 ? this.zigzag() : field + step;
      onField(field, type);
    }
  }

  listHeader(): {count: number; type: number} {
    const header = this.#byte();
    const short = header >> 4;
    return {count: short === 15 ? this.#varint() : short, type: header & 0x0f};
  }

  binary(): Buffer {
    const length = this.#varint();
    this.#advance(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  skip(type: number): void {
    if (type === TYPE.true || type === TYPE.false) return;
    if (type === TYPE.byte) this.#advance(1);
    else if (type === TYPE.double) this.#advance(8);
    else if (type === TYPE.i16 || type === TYPE.i32 || type === TYPE.i64) this.#varint();
    else if (type === TYPE.binary) this.#advance(this.#varint());
    else if (type === TYPE.struct) this.struct((_, fieldType) => this.skip(fieldType));
    else if (type === TYPE.list || type === TYPE.set) {
      const {count, type: item} = this.listHeader();
      // In a list, unlike in a struct, a truth value takes a byte.
      for (let i = 0; i < count; i++) this.skip(item <= TYPE.false ? TYPE.byte : item);
    } else throw new RangeError(`Thrift type ${type} in a Parquet footer`);
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > 2 ** 63) throw new RangeError('a number of more than ten bytes');
    }
  }

  #byte(): number {
    this.#advance(1);
    return this.#bytes[this.#at - 1];
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw new RangeError('the footer ends early');
  }
}
