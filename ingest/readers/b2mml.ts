import {createReadStream} from 'node:fs';
import type {Expression, TablePlan} from '../../warehouse/load-plan.ts';
import {IngestError} from '../error.ts';
import {B2mmlOut} from './b2mml-message.ts';
import {B2mmlWalk, isB2mmlName} from './b2mml-walk.ts';
import {MadeRecords} from './made-records.ts';
import type {Reader, Reading, ReadOptions} from './reader.ts';
import {readXml, XmlFault} from './xml.ts';
import {xmlRoot} from './xml-root.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * ISA-95 B2MML: what business systems and the shop floor tell each other, in messages or as bare objects.
 * @see MESA International, B2MML V0401 to V0700
 */
export const b2mml: Reader = {
  format: 'b2mml',
  name: 'B2MML (ISA-95 XML)',
  ownTables: true,
  extensions: ['.xml'],
  recognises: head => {
    const root = xmlRoot(head);
    if (!root || root.hasDoctype) return false;
    return root.namespace === '' ? isB2mmlName(root.name) : /\/(?:b2mml|batchml)\b/i.test(root.namespace);
  },
  read: readB2mml,
};

/** The tables' columns are called as those of the records are. */
const table = (of: string, name: string, names: string, distinct = false): TablePlan & {of: string} => ({
  of,
  table: name,
  columns: Object.fromEntries(
    names.split(' ').map((column): [string, Expression] => [column, {from: 'column', column}]),
  ),
  ...(distinct && {distinct}),
});

const TABLES: readonly (TablePlan & {of: string})[] = [
  table('product', 'products', 'product recorded_at', true),
  table('order', 'work_orders', 'work_order product quantity due_at status recorded_at'),
  table('lot', 'lots', 'lot material', true),
  table('part', 'parts', 'part product work_order lot made_at recorded_at', true),
  table('link', 'genealogy', 'parent parent_kind child child_kind consumed_at quantity recorded_at', true),
  table('movement', 'movements', 'kind id at location status recorded_at'),
  table('station', 'stations', 'station line recorded_at'),
  table('shift', 'shifts', 'shift crew starts_at ends_at recorded_at'),
  table(
    'operation',
    'operations',
    'part lot work_order step station tool operator started_at ended_at report_kind quantity_good recorded_at',
  ),
  table('parameter', 'parameters', 'parameter step unit', true),
  table('value', 'measurements', 'part parameter value text_value step run measured_at recorded_at'),
  table('reading', 'readings', 'station parameter at value recorded_at'),
  table('inspection', 'inspections', 'inspection part inspected_at step station result recorded_at'),
];

const COLUMNS = [...new Set(TABLES.flatMap(({columns}) => Object.keys(columns)))];

/** @throws IngestError if nothing of it can be used */
async function readB2mml(path: string, {into}: ReadOptions): Promise<Reading> {
  const records = new MadeRecords(into, COLUMNS);
  const out = new B2mmlOut(records);
  try {
    await readXml(createReadStream(path, {highWaterMark: CHUNK_BYTES}), new B2mmlWalk(out));
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error;
    records.refuse(error.line, `${error.message}: nothing was read from here on`, '');
  } finally {
    records.close();
  }
  const tables = TABLES.filter(({of}) => records.counts.has(of)).map(({of, ...plan}) => ({
    ...plan,
    only: [{column: 'record', values: [of]}],
  }));
  const notices = out.notices();
  if (tables.length === 0) {
    const fault = records.firstFault;
    const why = fault ? `line ${fault.line}: ${fault.reason}` : notices.join('; ') || 'it holds nothing';
    throw new IngestError(`${path}: is B2MML of which nothing can be used: ${why}`);
  }
  return {records: records.source, tables, notices};
}
