import type {MadeRecords} from './made-records.ts';
import type {XmlElement} from './xml-element.ts';

/** What stands around an object in its file. */
export interface Around {
  /** What the element around it says in a child of this name, if it is this one and says so before the object. */
  said(holder: string, name: string): string | undefined;
  /** When this version of the object was recorded. */
  recordedAt(object: XmlElement): string | undefined;
}

/** Where records go, and what is to be told of what does not become one. */
export class B2mmlOut {
  readonly records: MadeRecords;
  readonly #left = new Map<string, number>();
  readonly #said = new Map<string, number>();
  readonly #units = new Map<string, number>();

  constructor(records: MadeRecords) {
    this.records = records;
  }

  /** Counts what is not taken. */
  leave(what: string, times = 1): void {
    if (times > 0) count(this.#left, what, times);
  }

  /** Counts what was decided for the sender. */
  say(what: string): void {
    count(this.#said, what);
  }

  /** Counts an object that is not taken, with all that is in it. */
  leaveWhole(object: XmlElement, what: string): void {
    object.isTold = true;
    this.leave(what);
  }

  refuse(object: XmlElement, reason: string): void {
    object.isTold = true;
    this.records.refuse(object.line, `${object.name}: ${reason}`, `<${object.name}>`);
  }

  /** The number of a quantity as it was sent; its unit is told. */
  quantity(of: XmlElement): string | undefined {
    const quantity = of.first('Quantity');
    const text = quantity?.text('QuantityString') ?? quantity?.own();
    const unit = quantity?.text('UnitOfMeasure');
    quantity?.all('DataType');
    if (text !== undefined) count(this.#units, unit ?? 'no unit');
    return text;
  }

  notices(): string[] {
    const notices = [...this.#said].map(([what, times]) => `${what} (${times})`);
    if (this.#units.size > 0)
      notices.push(`quantities are taken in the units that they came in: ${listed(this.#units)}`);
    if (this.#left.size > 0) notices.push(`not taken: ${listed(this.#left)}`);
    return notices;
  }
}

/** More different things than this are told as others. */
const DISTINCT_MAX = 200;

function count(counts: Map<string, number>, what: string, times = 1): void {
  const key = counts.has(what) || counts.size < DISTINCT_MAX ? what.slice(0, 200) : 'others';
  counts.set(key, (counts.get(key) ?? 0) + times);
}

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what} (${times})`)
    .join(', ');
