import type {Expression, TablePlan} from '../../warehouse/load-plan.ts';
import {IngestError} from '../error.ts';
import {CFX_COLUMNS, CfxRecords} from './cfx-records.ts';
import {eachDecodedLine, examineText, stoppedAt} from './decoded-lines.ts';
import {JsonValues} from './json-values.ts';
import {MadeRecords} from './made-records.ts';
import type {Reader, Reading, ReadOptions} from './reader.ts';

const LINE_CHARACTERS_MAX = 32 << 20;

/**
 * IPC-CFX: messages of electronics lines in their envelopes, one alone, an array of them, or one after the other.
 * @see IPC-2591, and the reference in IPCConnectedFactoryExchange/CFX
 */
export const cfx: Reader = {
  format: 'cfx',
  name: 'IPC-CFX',
  ownTables: true,
  extensions: ['.ndjson', '.jsonl', '.json'],
  recognises: head => {
    const text = head.toString('utf8');
    return /^\ufeff?\s*\[?\s*\{/.test(text) && /"MessageName"\s*:\s*"CFX\./.test(text);
  },
  read: readCfx,
};

const columns = (...names: string[]): Record<string, Expression> =>
  Object.fromEntries(names.map(name => [name, {from: 'column', column: name}]));
const constant = (value: string): Expression => ({from: 'constant', value});

const TABLES: readonly (TablePlan & {of: string})[] = [
  {
    of: 'inspection',
    table: 'inspections',
    columns: {
      ...columns('inspection', 'part', 'inspected_at', 'step', 'station', 'inspector', 'verification', 'recorded_at'),
      result: {
        from: 'map',
        column: 'result',
        values: {Passed: 'pass', Failed: 'fail', Error: 'error', Aborted: 'error'},
        otherwise: 'keep',
      },
    },
  },
  {
    of: 'defect',
    table: 'defects',
    columns: columns('inspection', 'defect', 'confidence', 'x', 'y', 'width', 'height', 'view', 'n', 'recorded_at'),
  },
  {
    of: 'value',
    table: 'measurements',
    columns: columns('part', 'parameter', 'value', 'text_value', 'step', 'run', 'measured_at', 'recorded_at'),
  },
  {
    of: 'parameter',
    table: 'parameters',
    columns: columns('parameter', 'step', 'unit', 'lsl', 'target', 'usl'),
    distinct: true,
  },
  {
    of: 'operation',
    table: 'operations',
    columns: columns('part', 'step', 'station', 'tool', 'started_at', 'ended_at', 'report_kind', 'recorded_at'),
  },
  {
    of: 'movement',
    table: 'movements',
    columns: {...columns('at', 'location', 'status'), kind: constant('part'), id: {from: 'column', column: 'part'}},
    distinct: true,
  },
  {of: 'lot', table: 'lots', columns: columns('lot', 'material'), distinct: true},
  {
    of: 'installed',
    table: 'genealogy',
    columns: {
      ...columns('consumed_at', 'quantity', 'recorded_at'),
      parent: {from: 'column', column: 'lot'},
      parent_kind: constant('lot'),
      child: {from: 'column', column: 'part'},
      child_kind: constant('part'),
    },
  },
];

/** @throws IngestError if nothing of it can be used */
async function readCfx(path: string, {into}: ReadOptions): Promise<Reading> {
  const {encoding} = await examineText(path);
  if (encoding !== 'utf-8') throw new IngestError(`${path}: is IPC-CFX, but not UTF-8 text: send it again as UTF-8`);
  const records = new MadeRecords(into, CFX_COLUMNS);
  const made = new CfxRecords(records);
  let stopped = 0;
  try {
    const values = new JsonValues(
      path,
      (text, line) => made.take(text, line),
      (text, line) => records.refuse(line, 'not a whole JSON object: it may be cut off', text),
    );
    stopped = await eachDecodedLine(path, encoding, (text, line) => values.line(text, line), LINE_CHARACTERS_MAX);
    values.end();
    made.end();
  } finally {
    records.close();
  }
  const tables = TABLES.filter(({of}) => records.counts.has(of)).map(({of, ...table}) => ({
    ...table,
    only: [{column: 'record', values: [of]}],
  }));
  const notices = [...(stopped > 0 ? [stoppedAt(stopped)] : []), ...made.notices()];
  if (tables.length === 0) {
    const fault = records.firstFault;
    const why = fault ? `line ${fault.line}: ${fault.reason}` : notices.join('; ');
    throw new IngestError(`${path}: is IPC-CFX of which nothing can be used: ${why}`);
  }
  return {records: records.source, tables, notices};
}
