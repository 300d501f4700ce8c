import type {Expression, TablePlan} from '../../warehouse/load-plan.ts';
import {IngestError} from '../error.ts';
import {eachDecodedLine, examineText, stoppedAt} from './decoded-lines.ts';
import {DfqCatalogues} from './dfq-catalogues.ts';
import {parseDfqLine} from './dfq-line.ts';
import {DFQ_COLUMNS, DfqRecords} from './dfq-records.ts';
import {MadeRecords} from './made-records.ts';
import type {Reader, Reading, ReadOptions} from './reader.ts';

/**
 * Q-DAS DFQ (AQDEF): series of measured values of characteristics, as measuring machines send them. A file with the head
 * alone (DFD) is one without values.
 * @see Q-DAS ASCII Transfer Format; the order of fields in lines without field names as in diribet/aqdef-tools
 */
export const dfq: Reader = {
  format: 'dfq',
  name: 'Q-DAS DFQ',
  ownTables: true,
  extensions: ['.dfq', '.dfd', '.txt'],
  recognises: head => /^\ufeff?\s*(?:K0100(?:\/\d+)? |K[12]\d{3}\/\d+ )/.test(head.toString('utf8')),
  read: readDfq,
};

/** How the format writes times; after a slash or a blank, with a two-digit year, or without seconds. */
const TIME_FORMATS = ['%d.%m.%Y', '%d.%m.%y', '%m/%d/%Y', '%m/%d/%y', '%Y-%m-%d'].flatMap(day =>
  ['/%H:%M:%S', ' %H:%M:%S', '/%H:%M', ' %H:%M'].map(time => day + time),
);

const column = (name: string): Expression => ({from: 'column', column: name});
const columns = (...names: string[]) => Object.fromEntries(names.map(n => [n, column(n)]));
/** A part that is measured again, by another person or another gage, passes once more. */
const run: Expression = {from: 'occurrence', of: ['part', 'parameter']};

const TABLES: readonly (TablePlan & {of: string})[] = [
  {
    of: 'value',
    table: 'measurements',
    columns: {...columns('part', 'parameter', 'value', 'step', 'measured_at'), run},
  },
  {
    of: 'gage',
    table: 'measurements',
    columns: {...columns('part', 'parameter', 'step', 'measured_at'), text_value: column('gage'), run},
  },
  {
    of: 'characteristic',
    table: 'parameters',
    columns: columns('parameter', 'step', 'product', 'unit', 'lsl', 'target', 'usl'),
    distinct: true,
  },
  {of: 'part', table: 'parts', columns: columns('part', 'product', 'lot', 'work_order'), distinct: true},
  {
    of: 'operation',
    table: 'operations',
    columns: {...columns('part', 'station', 'cavity', 'operator'), step: column('operation')},
    distinct: true,
  },
  {
    of: 'count',
    table: 'tallies',
    columns: {
      ...columns('lot', 'inspected', 'rejected'),
      step: column('operation'),
      at: column('measured_at'),
      defect: column('parameter'),
    },
  },
];

/** @throws IngestError if nothing of it can be used */
async function readDfq(path: string, {into}: ReadOptions): Promise<Reading> {
  const {digest, encoding} = await examineText(path);
  const catalogues = await readCatalogues(path, encoding);
  const records = new MadeRecords(into, DFQ_COLUMNS);
  const made = new DfqRecords(records, catalogues, {path, digest});
  let stopped = 0;
  try {
    stopped = await eachDecodedLine(path, encoding, (text, line, ended) => made.take(text, line, ended));
    made.end();
  } finally {
    records.close();
  }
  const tables = TABLES.filter(({of}) => records.counts.has(of)).map(({of, ...table}) => ({
    ...table,
    only: [{column: 'record', values: [of]}],
  }));
  if (tables.length === 0) {
    const fault = records.firstFault;
    const other = stopped > 0 ? stoppedAt(stopped) : 'it describes no characteristic';
    const why = fault ? `line ${fault.line}: ${fault.reason}` : other;
    throw new IngestError(`${path}: is Q-DAS DFQ of which nothing can be used: ${why}`);
  }
  const notices = [...(stopped > 0 ? [stoppedAt(stopped)] : []), ...noticesOf(made, encoding)];
  return {records: records.source, tables, timeFormats: TIME_FORMATS, notices};
}

/** They may stand behind the values that refer to them, so they are read first. */
async function readCatalogues(path: string, encoding: string): Promise<DfqCatalogues> {
  const catalogues = new DfqCatalogues();
  await eachDecodedLine(path, encoding, text => {
    if (!text.startsWith('K4')) return;
    const line = parseDfqLine(text);
    if (line.kind === 'field') catalogues.take(line.key, line.index, line.text);
  });
  return catalogues;
}

function noticesOf(made: DfqRecords, encoding: string): string[] {
  const notices = [...made.miscounted];
  if (encoding !== 'utf-8') notices.push('it is not UTF-8, so it was read as Windows-1252');
  if (made.placeholders > 0)
    notices.push(`${made.placeholders} values are placeholders (K0002 = 255, or nothing sent): no rows`);
  if (made.valuesWithoutId > 0)
    notices.push(
      `${made.valuesWithoutId} values have no part id (K0014): their parts are called <K1001>/<start of the file's SHA-256>/<number of the ` +
        'value>, so the same values in another file are other parts',
    );
  if (made.shortLines > 0)
    notices.push(`${made.shortLines} lines of values hold fewer characteristics than are described`);
  if (made.notTaken.size > 0) {
    const fields = [...made.notTaken]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, times]) => (times > 1 ? `${key} (${times} times)` : key));
    notices.push(`fields that are not taken: ${fields.join(', ')}`);
  }
  return notices;
}
