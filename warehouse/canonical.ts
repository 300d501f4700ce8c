/**
 * The canonical tables: what a plant can tell Fishbone, in ISA-95 terms. One definition from which reading, validating,
 * storing and the views for people's SQL are made.
 */

type ColumnType = 'text' | 'number' | 'integer' | 'time' | 'part' | 'lot' | 'item' | 'person';

export interface Column {
  name: string;
  /**
   * 'part', 'lot' and 'item' are text outside and dense integer keys inside; an 'item' is a lot or a part by its kind. A
   * 'person' is a name outside and a pseudonym inside.
   */
  type: ColumnType;
  required?: boolean;
  /** The only texts allowed. */
  values?: readonly string[];
  /** A number above 0 and at most 1. */
  isShare?: boolean;
  /** For an 'item': the column that says whether it is a lot or a part. */
  kindColumn?: string;
  /** For a time: what it tells of may lie ahead (a due date), or begin before the plant did. */
  isPlanned?: boolean;
}

export interface CanonicalTable {
  columns: readonly Column[];
  /** The natural key: the columns that say which thing a row is about. */
  key: readonly string[];
  /** Of these columns exactly one must have a value. */
  exactlyOne?: readonly string[];
  /** A row without any of the `exactlyOne` retracts what was recorded before under its key: it must say when. */
  retractable?: boolean;
  /** At least one of these columns must have a value. */
  atLeastOne?: readonly string[];
  /** `[start, end]`: pairs of times that may not run backwards. */
  ordered?: readonly (readonly [string, string])[];
}

/**
 * Stands in the place of a defect's code: all defects of that inspection that were recorded before are withdrawn. An
 * inspection that is judged again may find fewer.
 */
export const NO_EARLIER_DEFECTS = '*';

const text = (name: string, required = false): Column => ({name, type: 'text', required});
const person = (name: string): Column => ({name, type: 'person'});
const number = (name: string, required = false): Column => ({name, type: 'number', required});
const integer = (name: string, required = false): Column => ({name, type: 'integer', required});
const time = (name: string, required = false): Column => ({name, type: 'time', required});
const planned = (name: string, required = false): Column => ({name, type: 'time', required, isPlanned: true});
const part = (required = false): Column => ({name: 'part', type: 'part', required});
const lot = (required = false): Column => ({name: 'lot', type: 'lot', required});
const oneOf = (name: string, values: readonly string[], required = false): Column => ({
  name,
  type: 'text',
  required,
  values,
});
const item = (name: string, kindColumn: string): Column => ({name, type: 'item', required: true, kindColumn});

const ITEM_KINDS = ['lot', 'part'] as const;

export const CANONICAL: Readonly<Record<string, CanonicalTable>> = {
  products: {columns: [text('product', true), number('opportunities'), number('cost')], key: ['product']},
  work_orders: {
    columns: [text('work_order', true), text('product', true), number('quantity'), planned('due_at'), text('status')],
    key: ['work_order'],
  },
  lots: {
    columns: [
      lot(true),
      text('material', true),
      text('supplier'),
      oneOf('kind', ['raw', 'wip', 'finished']),
      time('made_at'),
      number('quantity'),
    ],
    key: ['lot'],
  },
  parts: {columns: [part(true), text('product', true), text('work_order'), lot(), time('made_at')], key: ['part']},
  genealogy: {
    columns: [
      item('parent', 'parent_kind'),
      oneOf('parent_kind', ITEM_KINDS, true),
      item('child', 'child_kind'),
      oneOf('child_kind', ITEM_KINDS, true),
      time('consumed_at'),
      number('quantity'),
    ],
    key: ['parent', 'parent_kind', 'child', 'child_kind'],
  },
  movements: {
    columns: [
      oneOf('kind', ITEM_KINDS, true),
      item('id', 'kind'),
      time('at', true),
      text('location'),
      oneOf('status', ['in-process', 'stock', 'consumed', 'shipped', 'scrapped', 'quarantine']),
    ],
    key: ['kind', 'id', 'at'],
  },
  stations: {columns: [text('station', true), text('line'), text('step')], key: ['station']},
  shifts: {
    columns: [text('shift', true), text('crew'), planned('starts_at', true), planned('ends_at', true)],
    key: ['shift', 'starts_at'],
    ordered: [['starts_at', 'ends_at']],
  },
  operations: {
    columns: [
      part(),
      lot(),
      text('work_order'),
      text('step', true),
      integer('run'),
      text('station'),
      text('tool'),
      text('cavity'),
      person('operator'),
      text('program'),
      time('started_at'),
      time('ended_at'),
      text('report_kind'),
      number('quantity_good'),
      number('quantity_rejected'),
    ],
    key: ['part', 'lot', 'work_order', 'step', 'run', 'started_at'],
    exactlyOne: ['part', 'lot', 'work_order'],
    ordered: [['started_at', 'ended_at']],
  },
  events: {
    columns: [text('station', true), time('at', true), text('kind', true), text('text')],
    key: ['station', 'at', 'kind'],
  },
  parameters: {
    columns: [
      text('parameter', true),
      text('step'),
      text('product'),
      text('unit'),
      oneOf('branch', ['man', 'machine', 'material', 'method', 'measurement', 'environment']),
      number('lsl'),
      number('target'),
      number('usl'),
      number('guard_band'),
      planned('valid_from'),
    ],
    key: ['parameter', 'step', 'product', 'valid_from'],
  },
  measurements: {
    columns: [
      part(true),
      text('parameter', true),
      number('value'),
      text('text_value'),
      oneOf('qualifier', ['<', '>']),
      text('step'),
      integer('run'),
      time('measured_at'),
    ],
    key: ['part', 'parameter', 'step', 'run'],
    exactlyOne: ['value', 'text_value'],
    retractable: true,
  },
  readings: {
    columns: [text('station', true), text('parameter', true), time('at', true), number('value', true)],
    key: ['station', 'parameter', 'at'],
  },
  inspections: {
    columns: [
      text('inspection', true),
      part(true),
      time('inspected_at'),
      text('step'),
      text('station'),
      person('inspector'),
      oneOf('result', ['pass', 'fail', 'error'], true),
      number('confidence'),
      text('image'),
      oneOf('verification', ['unverified', 'confirmed', 'rejected']),
      // Of the image, as whoever judged it got it: shares of full scale.
      number('brightness'),
      number('contrast'),
      number('sharpness'),
    ],
    key: ['inspection'],
  },
  defects: {
    columns: [
      text('inspection', true),
      text('defect', true),
      number('severity'),
      number('confidence'),
      number('x'),
      number('y'),
      number('width'),
      number('height'),
      text('view'),
      integer('n'),
    ],
    key: ['inspection', 'defect', 'n'],
  },
  reviews: {
    columns: [
      text('inspection', true),
      {...person('reviewer'), required: true},
      oneOf('verdict', ['agree', 'disagree', 'withdrawn'], true),
      text('defect'),
      text('reason'),
      time('reviewed_at'),
      {...number('sampled'), isShare: true},
    ],
    key: ['inspection', 'reviewer'],
  },
  tallies: {
    columns: [
      lot(true),
      text('step', true),
      time('at'),
      integer('inspected'),
      integer('rejected'),
      integer('reworked'),
      text('defect'),
    ],
    key: ['lot', 'step', 'at', 'defect'],
  },
  defect_codes: {
    columns: [text('defect', true), text('group'), number('severity_weight'), number('cost')],
    key: ['defect'],
  },
};

/** The column that every table may carry: when the source system recorded this version of the row. */
const RECORDED_AT: Column = time('recorded_at');

/** Columns of wide measurements that are not parameters. */
export const WIDE_COLUMNS: ReadonlySet<string> = new Set(['part', 'step', 'run', 'measured_at', 'recorded_at']);

/** All columns of a canonical table, `recorded_at` included. @throws if there is no such table */
export function columnsOf(table: string): Column[] {
  const canonical = CANONICAL[table];
  if (!canonical) throw new Error(`no canonical table '${table}'`);
  return [...canonical.columns, RECORDED_AT];
}
