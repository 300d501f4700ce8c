import type {Characteristic} from './dfq-description.ts';

export interface DfqValue {
  of: Characteristic;
  /** 1 for the first value of its characteristic in the file. */
  number: number;
  line: number;
  fields: Map<string, string>;
  /** What was sent on its line. */
  text: string;
  /** Why it cannot be relied on. */
  fault: string | undefined;
}

/**
 * The values that may still be added to: the last one of each characteristic. Additional fields (time, batch, part id)
 * come behind the value that they belong to; when a characteristic has its next value, the set before is complete.
 */
export class DfqValues {
  #open = new Map<number, DfqValue>();
  readonly #numbers = new Map<number, number>();
  #before = 0;
  readonly #onSet: (values: DfqValue[]) => void;

  constructor(onSet: (values: DfqValue[]) => void) {
    this.#onSet = onSet;
  }

  start(of: Characteristic, line: number, text: string, number?: number): DfqValue {
    if (this.#open.has(of.index)) this.flush();
    const next = number ?? (this.#numbers.get(of.index) ?? this.#before) + 1;
    this.#numbers.set(of.index, next);
    const value = {of, number: next, line, fields: new Map<string, string>(), text, fault: undefined};
    this.#open.set(of.index, value);
    return value;
  }

  /**
   * The values that an additional field is of.
   * @param index of the characteristic; 0 = all of the set
   */
  open(index: number, number: number | undefined): DfqValue[] {
    const values = index === 0 ? [...this.#open.values()] : [this.#open.get(index)].filter(v => v !== undefined);
    return number === undefined ? values : values.filter(value => value.number === number);
  }

  /** Whether a value of the characteristic (0 = of any) came below this head. */
  hasBegun(index: number): boolean {
    return index === 0 ? this.#numbers.size > 0 : this.#numbers.has(index);
  }

  flush(): void {
    const values = [...this.#open.values()];
    this.#open = new Map();
    if (values.length > 0) this.#onSet(values);
  }

  /** The head begins anew: the values below it belong together again, whatever came before. */
  restart(): void {
    this.flush();
    for (const number of this.#numbers.values()) this.#before = Math.max(this.#before, number);
    this.#numbers.clear();
  }
}
