/** What the head of a DFQ file describes: parts and characteristics. */
type Fields = Map<string, string>;

export interface Characteristic {
  index: number;
  line: number;
  part: number;
  fields: Fields;
  /** Set when it is put out: from then on nothing of it may change. */
  parameter: string | undefined;
  /** Why it cannot be relied on. */
  fault: string | undefined;
}

/** The fields that are read, of parts (K1...) and of characteristics (K2...). */
export const DESCRIBED: ReadonlySet<string> = new Set(
  'K1001 K1002 K1053 K1081 K1082 K1086 K1087 K2001 K2002 K2004 K2101 K2110 K2111 K2141 K2142'.split(' '),
);

export class DfqDescription {
  readonly characteristics = new Map<number, Characteristic>();
  readonly #parts = new Map<number, Fields>();
  readonly #all: Fields = new Map();
  #part = 1;

  /** @returns why the field is not taken, if it is not */
  take(key: string, index: number, text: string, line: number): string | undefined {
    const isPart = key.startsWith('K1');
    if (isPart && index > 0) this.#part = index;
    const described = isPart || index === 0 ? undefined : this.#characteristic(index, line);
    if (text === '') return undefined;
    const fields = index === 0 ? this.#all : (described?.fields ?? this.#fieldsOfPart(index));
    const before = fields.get(key);
    if (before === text) return undefined;
    if (before !== undefined) return `${key}/${index} was "${before}" before: the first is kept`;
    if (described?.parameter !== undefined) return `${key}/${index} comes after values of this characteristic`;
    fields.set(key, text);
    return undefined;
  }

  of(characteristic: Characteristic, key: string): string | undefined {
    return characteristic.fields.get(key) ?? this.#all.get(key);
  }

  ofPart(index: number, key: string): string | undefined {
    return this.#parts.get(index)?.get(key) ?? this.#all.get(key);
  }

  /** Its product, and the work cycle if the file names one. */
  part(index: number): {product: string | undefined; step: string | undefined} {
    return {
      product: this.ofPart(index, 'K1001') ?? this.ofPart(index, 'K1002'),
      step: this.ofPart(index, 'K1086') ?? this.ofPart(index, 'K1087'),
    };
  }

  /**
   * Its title, else its number, else its place in the file. Of several with one title in one part, the number (or the
   * place) is added to those that come later.
   */
  nameOf(characteristic: Characteristic): string {
    const number = this.of(characteristic, 'K2001');
    const title = this.of(characteristic, 'K2002') ?? number ?? `characteristic ${characteristic.index}`;
    const taken = new Set<string | undefined>();
    for (const {part, parameter} of this.characteristics.values())
      if (part === characteristic.part) taken.add(parameter);
    const names = [
      title,
      ...(number === undefined ? [] : [`${title} (${number})`]),
      `${title} (${characteristic.index})`,
    ];
    return names.find(name => !taken.has(name)) ?? `characteristic ${characteristic.index}`;
  }

  #characteristic(index: number, line: number): Characteristic {
    let known = this.characteristics.get(index);
    if (!known) {
      known = {index, line, part: this.#part, fields: new Map(), parameter: undefined, fault: undefined};
      this.characteristics.set(index, known);
    }
    return known;
  }

  #fieldsOfPart(index: number): Fields {
    const fields = this.#parts.get(index) ?? new Map<string, string>();
    this.#parts.set(index, fields);
    return fields;
  }
}
