/** Failing inspections in the order in which they became known, each as things stood then. */
import {filteredParts} from './filter.ts';
import {prepareHistory} from './history.ts';
import {query} from './queries.ts';
import type {Warehouse} from './store.ts';

export interface FoundDefect {
  defect: string;
  severity: number | null;
  confidence: number | null;
  x: number | null;
  y: number | null;
  width: number | null;
  height: number | null;
  view: string | null;
}

export interface ArrivedFail {
  inspection: string;
  /** The batch that brought the inspection, or a defect of it. */
  arrived: number;
  part: string;
  product: string | null;
  workOrder: string | null;
  lot: string | null;
  step: string | null;
  station: string | null;
  /** ISO 8601, UTC. */
  inspectedAt: string | null;
  /** 0 to 1. */
  confidence: number | null;
  /** The pseudonym of a model or a person. */
  inspector: string | null;
  image: string | null;
  /** The gravest first. */
  defects: FoundDefect[];
}

/** Of the batches `from` to `to`, both included, by batch and time. */
export async function arrivedFails(warehouse: Warehouse, from: number, to: number): Promise<ArrivedFail[]> {
  const rows = await warehouse.read(to, session =>
    session.rows<Record<string, unknown> & {defects: string}>(query('arrived-fails'), {from, to}),
  );
  return rows.map(({work_order: workOrder, inspected_at: inspectedAt, defects, ...row}) => {
    return {...row, workOrder, inspectedAt, defects: JSON.parse(defects) as FoundDefect[]} as ArrivedFail;
  });
}

/**
 * Those of some parts that a filter expression describes, by what was known at a position.
 * @throws what the filter throws, UnknownFactor for a name that nothing bears yet
 */
export async function partsWith(
  warehouse: Warehouse,
  where: string,
  parts: readonly string[],
  asOf: number,
): Promise<Set<string>> {
  const rows = await warehouse.read(asOf, async session => {
    await prepareHistory(session, 'subjects');
    return session.rows<{id: string}>(
      `select i.id from (${await filteredParts(session, where)}) f join fact.items i on i.item = f.part where i.id in (select unnest($among::varchar[]))`,
      {among: parts},
    );
  });
  return new Set(rows.map(({id}) => id));
}

/** How far a work order is: parts by their first valid inspection. */
export interface Completion {
  good: number;
  failed: number;
  /** How many were ordered; null where nobody said. */
  quantity: number | null;
}

export async function completions(
  warehouse: Warehouse,
  orders: readonly string[],
  asOf: number,
): Promise<Map<string, Completion>> {
  const rows = await warehouse.read(asOf, session =>
    session.rows<Record<string, unknown> & Completion & {work_order: string}>(query('order-completion'), {orders}),
  );
  return new Map(rows.map(({work_order, good, failed, quantity}) => [work_order, {good, failed, quantity}]));
}
