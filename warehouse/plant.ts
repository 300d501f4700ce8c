/** The plant at a glance: what there is to ask about. */
import type {Plant} from './answers.ts';
import type {BatchRow} from './data-answers.ts';
import type {Session} from './duckdb.ts';
import {createFailures} from './failures.ts';
import {createPopulation} from './population.ts';
import {query} from './queries.ts';
import type {Warehouse} from './store.ts';

/** Everything of `Plant` but who is asking. `parts` counts all parts that any row names. */
export function plant(
  warehouse: Warehouse,
  identity: {plant: string; timeZone: string},
  at?: number,
): Promise<Omit<Plant, 'access'>> {
  return warehouse.read(at, async (session, asOf) => {
    await createPopulation(session, {});
    await createFailures(session);
    const {newest, newestPart, parts} = await session.row<{
      newest: string | null;
      newestPart: string | null;
      parts: number;
    }>(
      `select (select max(inspected_at) from now.inspections) as newest,
         (select max(inspected_at) from population) as "newestPart",
         (select count(*) from subjects) as parts`,
    );
    return {
      ...identity,
      asOf,
      lastBatchAt: await batchTime(session, asOf),
      newestInspectionAt: newest,
      newestPartAt: newestPart,
      problems: warehouse.problems.map(({where, what, hint}) => `${where} ${what}: ${hint}`),
      parts,
      products: await session.rows<Plant['products'][number] & Record<string, unknown>>(
        'select product, count(*) as parts from now.parts group by product order by parts desc, product',
      ),
      defects: await defectsOf(session),
      steps: await session.rows<Plant['steps'][number] & Record<string, unknown>>(query('plant-steps')),
    };
  });
}

async function batchTime(session: Session, batch: number): Promise<string | null> {
  const rows = await session.rows<{at: string}>('select "at" from fact.batches where batch = $batch::integer', {batch});
  return rows[0]?.at ?? null;
}

/** Named defects of defective parts, most parts first. */
function defectsOf(session: Session) {
  return session.rows<Plant['defects'][number] & Record<string, unknown>>(
    `select defect, count(distinct part) as parts from failures where defect <> '(not named)'
     group by defect order by parts desc, defect`,
  );
}

/** All batches of accepted rows, newest first. */
export async function listBatches(warehouse: Warehouse): Promise<BatchRow[]> {
  const goneRaw = warehouse.holdings.goneRaw();
  const readings = new Map<number | null, number>();
  for (const {batch, rows} of warehouse.holdings.batches()) {
    const gone = rows.reduce((sum, r) => sum + r.accepted - r.rows, 0);
    if (gone > 0) readings.set(batch, gone);
  }
  const rows = await warehouse.read(undefined, session =>
    session.rows<Omit<BatchRow, 'gone'> & Record<string, unknown>>(
      `select batch, "at", source, digest, accepted, rejected from fact.batches order by batch desc`,
    ),
  );
  return rows.map(row => ({
    ...row,
    gone: [
      ...(readings.has(row.batch) ? [`${readings.get(row.batch)} readings`] : []),
      ...(goneRaw.has(row.digest) ? ['raw bytes'] : []),
    ],
  }));
}
