/** One line of a DFQ file. */
export type DfqLine =
  | {kind: 'field'; key: string; index: number; value: number | undefined; text: string}
  /** Of each characteristic, in order, the fields of one value. */
  | {kind: 'values'; portions: string[][]}
  | {kind: 'empty'}
  | {kind: 'neither'};

const FIELD = /^K(\d{4})(?:\/(\d{1,9})(?:\/(\d{1,9}))?)?(?:[ \t]+(.*))?$/s;
const BETWEEN_CHARACTERISTICS = '\x0f';
const BETWEEN_FIELDS = '\x14';
/** A value alone on its line needs no separator. */
const NUMBER = /^[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?$/;

/** `K2101/3 7.5`: field K2101 of characteristic 3; a field without an index is of the first one, index 0 stands for all. */
export function parseDfqLine(line: string): DfqLine {
  const text = line.replace(/^\ufeff/, '').trim();
  if (text === '') return {kind: 'empty'};
  const field = FIELD.exec(text);
  if (field) {
    const [, digits, index = '1', value, content = ''] = field;
    return {
      kind: 'field',
      key: `K${digits}`,
      index: Number(index),
      value: value === undefined ? undefined : Number(value),
      text: content.trim(),
    };
  }
  if (!line.includes(BETWEEN_CHARACTERISTICS) && !line.includes(BETWEEN_FIELDS) && !NUMBER.test(text))
    return {kind: 'neither'};
  const portions = line.split(BETWEEN_CHARACTERISTICS).map(portion => portion.split(BETWEEN_FIELDS));
  return {kind: 'values', portions: portions.map(fields => fields.map(one => one.trim()))};
}
