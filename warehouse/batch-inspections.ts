import {query} from './queries.ts';
import type {Warehouse} from './store.ts';

/** What came with one batch, superseded rows included: it is told as it arrived. */
export interface BatchInspections {
  inspections: number;
  pass: number;
  fail: number;
  error: number;
  /** Of the inspections; null where none says when it was made. */
  newest: string | null;
  failingParts: number;
  /** The first of them. */
  failing: string[];
}

export async function batchInspections(warehouse: Warehouse, batch: number, most: number): Promise<BatchInspections> {
  const {failing_parts: failingParts, ...rest} = await warehouse.read(undefined, session =>
    session.row<Omit<BatchInspections, 'failingParts'> & {failing_parts: number} & Record<string, unknown>>(
      query('batch-inspections'),
      {batch, most},
    ),
  );
  return {...rest, failingParts};
}
