import {IngestError} from '../error.ts';
import type {DfqCatalogues} from './dfq-catalogues.ts';
import {type Characteristic, DESCRIBED, DfqDescription} from './dfq-description.ts';
import {type DfqLine, parseDfqLine} from './dfq-line.ts';
import {type DfqValue, DfqValues} from './dfq-values.ts';
import type {MadeRecords} from './made-records.ts';

export const DFQ_COLUMNS: readonly string[] = (
  'parameter product step unit lsl target usl part lot work_order value measured_at gage ' +
  'operation station cavity operator inspected rejected'
).split(' ');

/** The fields of a value in a line without field names, by their place. */
const VARIABLE = 'K0001 K0002 K0004 K0005 K0006 K0007 K0008 K0010 K0011 K0012'.split(' ');
const ATTRIBUTE = ['K0020', 'K0021', '', ...VARIABLE.slice(1)];
/** A value begins with its number, or with how many pieces were looked at. */
const BEGINS: ReadonlySet<string> = new Set(['K0001', 'K0020']);
const OF_VALUE: ReadonlySet<string> = new Set('K0002 K0004 K0006 K0007 K0008 K0010 K0012 K0014 K0021 K0053'.split(' '));
const IS_VALUE = '0';
const IS_PLACEHOLDER = '255';
/** Of K2004: what is counted rather than measured, and sheets of errors. */
const COUNTED: ReadonlySet<string> = new Set(['1', '5', '6']);

/** Makes records of the lines of a DFQ file, one line after the other. */
export class DfqRecords {
  placeholders = 0;
  valuesWithoutId = 0;
  /** Lines of values that hold fewer characteristics than are described. */
  shortLines = 0;
  /** Fields that are not taken, and how often each is there. */
  readonly notTaken = new Map<string, number>();
  readonly miscounted: string[] = [];
  readonly #records: MadeRecords;
  readonly #catalogues: DfqCatalogues;
  readonly #file: {path: string; digest: string};
  readonly #values = new DfqValues(values => this.#putSet(values));
  #description = new DfqDescription();
  #announced: number | undefined;
  /** Fields of values that stand before any value. */
  readonly #early = new Map<number, {key: string; line: number}>();
  /** How many fields the last value of each characteristic had in a line without field names. */
  readonly #widths = new Map<number, number>();
  /** Whether some value said of which part it is. */
  #hasPartIds = false;
  #atEnd = false;

  constructor(records: MadeRecords, catalogues: DfqCatalogues, file: {path: string; digest: string}) {
    this.#records = records;
    this.#catalogues = catalogues;
    this.#file = file;
  }

  take(text: string, line: number, ended: boolean): void {
    const read = parseDfqLine(text);
    if (text.includes('\0')) this.#records.refuse(line, 'it holds NUL bytes: the file is damaged', text);
    else if (read.kind === 'values') this.#takeValues(read.portions, text, line, ended);
    else if (read.kind === 'field') this.#takeField(read, text, line, ended);
    else if (read.kind === 'neither')
      this.#records.refuse(line, 'neither a field (K0001/1 ...) nor a line of values', text);
  }

  end(): void {
    this.#atEnd = true;
    this.#endDescription();
  }

  #takeField(field: DfqLine & {kind: 'field'}, text: string, line: number, ended: boolean): void {
    const {key, index} = field;
    if (key === 'K0100') {
      if (this.#description.characteristics.size > 0) this.#endDescription();
      this.#announced = Number(field.text);
    } else if (BEGINS.has(key)) {
      const characteristic = this.#described(index, text, line);
      if (!characteristic) return;
      const value = this.#begin(characteristic, line, text, field.value);
      value.fields.set(key, field.text);
      if (!ended) value.fault = cutOff(line);
    } else if (OF_VALUE.has(key)) this.#addToValues(field, text, line, ended);
    else if (DESCRIBED.has(key)) {
      const fault = this.#description.take(key, index, field.text, line);
      if (fault) this.#records.refuse(line, fault, text);
      if (!ended)
        for (const one of this.#description.characteristics.values())
          if (key.startsWith('K1') || index === 0 || one.index === index) one.fault = cutOff(line);
    } else if (key !== 'K0101' && !this.#catalogues.take(key, index, field.text)) this.#leave(key);
  }

  #addToValues(field: DfqLine & {kind: 'field'}, text: string, line: number, ended: boolean): void {
    const {key, index, text: content} = field;
    const values = this.#values.open(index, field.value);
    if (values.length === 0) {
      if (!this.#values.hasBegun(index)) this.#early.set(index, {key, line});
      this.#records.refuse(line, `${key} belongs to no value: it must come behind the value that it is of`, text);
      return;
    }
    // What is said of one value of a piece holds for the others too.
    if (!ended) for (const value of this.#values.open(0, undefined)) value.fault = cutOff(line);
    for (const value of values) {
      const before = value.fields.get(key);
      // What is said of all is no contradiction to what was said of one.
      if (before === undefined) value.fields.set(key, content);
      else if (before !== content && index > 0) {
        value.fault ??= `${key} is given twice, in line ${line} too: it cannot be told which is meant`;
      }
    }
  }

  #takeValues(portions: string[][], text: string, line: number, ended: boolean): void {
    this.#values.flush();
    const known = this.#description.characteristics.size;
    if (portions.length < known && !ended)
      this.#records.refuse(
        line,
        `the file ends after ${portions.length} of ${known} characteristics: it was cut off`,
        text,
      );
    else if (portions.length < known) this.shortLines++;
    for (const [i, fields] of portions.entries()) {
      const characteristic = this.#described(i + 1, text, line);
      if (!characteristic) continue;
      const value = this.#begin(characteristic, line, text);
      const isCounted =
        COUNTED.has(this.#description.of(characteristic, 'K2004') ?? '') || fields.length > VARIABLE.length;
      for (const [place, content] of fields.entries()) {
        const key = (isCounted ? ATTRIBUTE : VARIABLE)[place] ?? `field ${place + 1} of a value`;
        if (BEGINS.has(key) || OF_VALUE.has(key)) value.fields.set(key, content);
        else if (key !== '' && content !== '' && content !== '0') this.#leave(key);
      }
      const width = this.#widths.get(i + 1);
      if (ended) this.#widths.set(i + 1, fields.length);
      else if (i === portions.length - 1 && (fields.length === 1 || fields.length < (width ?? 0)))
        value.fault = cutOff(line);
    }
  }

  /** Were fields read that stand before their value as if they stood behind it, each value would get the next one's. */
  #begin(of: Characteristic, line: number, text: string, number?: number): DfqValue {
    const early = this.#early.get(of.index) ?? this.#early.get(0);
    if (early)
      throw new IngestError(
        `${this.#file.path}: line ${early.line} gives ${early.key} before the first value that it may be of (line ${line}): ` +
          'export it with the value (K0001) first, and behind it what else is known of it',
      );
    return this.#values.start(of, line, text, number);
  }

  #described(index: number, text: string, line: number): Characteristic | undefined {
    const found = this.#description.characteristics.get(index);
    if (!found)
      this.#records.refuse(
        line,
        `a value of characteristic ${index}, which the file does not describe before it`,
        text,
      );
    return found;
  }

  #leave(key: string): void {
    this.notTaken.set(key, (this.notTaken.get(key) ?? 0) + 1);
  }

  /** A file may hold several heads, each with values of its own. */
  #endDescription(): void {
    this.#values.restart();
    this.#putCharacteristics();
    const {size} = this.#description.characteristics;
    if (this.#announced !== undefined && this.#announced !== size)
      this.miscounted.push(`K0100 announces ${this.#announced} characteristics, and ${size} are described`);
    this.#description = new DfqDescription();
    this.#announced = undefined;
    this.#widths.clear();
    this.#early.clear();
  }

  #putCharacteristics(): void {
    for (const characteristic of this.#description.characteristics.values()) {
      if (characteristic.parameter !== undefined) continue;
      characteristic.parameter = this.#description.nameOf(characteristic);
      const {parameter, part, line, fault} = characteristic;
      if (fault) {
        this.#records.refuse(line, fault, `characteristic ${characteristic.index}: ${parameter}`);
        continue;
      }
      const of = (key: string) => this.#description.of(characteristic, key);
      this.#records.put('characteristic', line, {
        parameter,
        ...this.#description.part(part),
        unit: of('K2142') ?? this.#catalogues.resolve('unit', of('K2141')),
        lsl: plainNumber(of('K2110')),
        target: plainNumber(of('K2101')),
        usl: plainNumber(of('K2111')),
      });
    }
  }

  /** Values of the same part and the same number were taken of one piece: what one of them says of it holds for all. */
  #putSet(values: DfqValue[]): void {
    this.#putCharacteristics();
    const pieces = new Map<string, DfqValue[]>();
    for (const value of values) {
      const key = `${value.of.part}/${value.number}`;
      pieces.set(key, [...(pieces.get(key) ?? []), value]);
    }
    for (const piece of pieces.values()) this.#putPiece(piece);
  }

  #putPiece(values: DfqValue[]): void {
    const [{of, number}] = values;
    const {product, step} = this.#description.part(of.part);
    const ids = new Set(values.map(value => value.fields.get('K0014')).filter(id => id));
    const shared = ids.size === 1 ? [...ids][0] : undefined;
    if (ids.size > 0) this.#hasPartIds = true;
    const made = `${product ?? 'part'}/${this.#file.digest.slice(0, 12)}/${number}`;
    const usable = values.filter(value => this.#isUsable(value, shared));
    const isCount = ({fields}: DfqValue) => fields.has('K0020') && !fields.has('K0001');
    for (const value of usable.filter(isCount)) this.#putCount(step, value);
    const byPart = new Map<string, DfqValue[]>();
    for (const value of usable.filter(one => !isCount(one))) {
      const id = value.fields.get('K0014') || (shared ?? made);
      byPart.set(id, [...(byPart.get(id) ?? []), value]);
    }
    this.valuesWithoutId += byPart.get(made)?.length ?? 0;
    for (const [part, its] of byPart) this.#putPart(part, product, step, its);
  }

  #isUsable(value: DfqValue, sharedId: string | undefined): boolean {
    const attribute = value.fields.get('K0002') || IS_VALUE;
    if (Number(attribute) === Number(IS_PLACEHOLDER) || [...value.fields.values()].every(text => text === '')) {
      this.placeholders++;
      return false;
    }
    const fault =
      value.fault ??
      value.of.fault ??
      (Number(attribute) === Number(IS_VALUE)
        ? undefined
        : `its attribute (K0002) is ${attribute}: ${IS_VALUE} is a value, ${IS_PLACEHOLDER} none, others are not read`) ??
      (this.#atEnd && this.#hasPartIds && !value.fields.get('K0014') && sharedId === undefined
        ? 'the file ends before its part id (K0014), which other values have: it was cut off'
        : undefined);
    if (fault) this.#records.refuse(value.line, fault, value.text);
    return fault === undefined;
  }

  #putPart(part: string, product: string | undefined, step: string | undefined, values: DfqValue[]): void {
    const {of, line} = values[0];
    const first = (key: string) => values.map(value => value.fields.get(key)).find(text => text && !/^0+$/.test(text));
    const lot = values.map(lotOf).find(text => text !== undefined);
    const ofPart = (key: string) => this.#description.ofPart(of.part, key);
    this.#records.put('part', line, {part, product, lot, work_order: first('K0053') ?? ofPart('K1053')});
    const station = this.#catalogues.resolve('machine', first('K0010')) ?? ofPart('K1081') ?? ofPart('K1082');
    const cavity = this.#catalogues.resolve('cavity', first('K0007'));
    const operator = this.#catalogues.resolve('operator', first('K0008'));
    if (station ?? cavity ?? operator)
      this.#records.put('operation', line, {part, operation: step ?? 'production', station, cavity, operator});
    for (const value of values) this.#putValue(part, step, value);
  }

  #putCount(step: string | undefined, {of, fields, line, text}: DfqValue): void {
    const lot = lotOf({fields});
    if (lot === undefined) {
      this.#records.refuse(line, 'counts (K0020, K0021) of no batch (K0006): they cannot be kept without one', text);
      return;
    }
    const [inspected, rejected, measured_at] = ['K0020', 'K0021', 'K0004'].map(key => fields.get(key));
    const operation = step ?? 'production';
    const counts = {lot, operation, parameter: of.parameter, measured_at, inspected, rejected};
    this.#records.put('count', line, counts);
  }

  #putValue(part: string, step: string | undefined, {of, fields, line}: DfqValue): void {
    const parameter = of.parameter!;
    const measured_at = fields.get('K0004');
    const gage = this.#catalogues.resolve('gage', fields.get('K0012'));
    const value = plainNumber(fields.get('K0001'));
    this.#records.put('value', line, {part, parameter, step, measured_at, value});
    if (gage !== undefined)
      this.#records.put('gage', line, {part, parameter: `${parameter} gage`, step, measured_at, gage});
  }
}

const cutOff = (line: number) =>
  `the file ends in line ${line} without a line end, so it may be cut off: send it whole, or end the line`;

/** A batch is often sent with a # before it. */
function lotOf({fields}: Pick<DfqValue, 'fields'>): string | undefined {
  return fields.get('K0006')?.replace(/^#/, '').trim() || undefined;
}

/** With a point for the decimal comma that some systems write. */
function plainNumber(text: string | undefined): string | undefined {
  return text && /^[^.,]*,[^.,]*$/.test(text) ? text.replace(',', '.') : text;
}
