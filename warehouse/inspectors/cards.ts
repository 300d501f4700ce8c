/** Inspections as people look at them: of which part, what was found where, what reviewers said. */
import type {Bindings, Session} from '../duckdb.ts';
import {prepareHistory} from '../history.ts';
import type {
  InspectionAnswer,
  InspectionCard,
  InspectionListAnswer,
  InspectionListQuestion,
} from '../inspector-answers.ts';
import {NotFound} from '../not-found.ts';
import {allOf, scopeConditions} from '../scope.ts';
import type {Warehouse} from '../store.ts';
import {reviewsOf} from './reviews.ts';

const CARDS_BY_DEFAULT = 24;

/** Inspections in scope, the newest first. @throws what the filter throws */
export function inspections(warehouse: Warehouse, question: InspectionListQuestion): Promise<InspectionListAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    await prepareHistory(session, 'subjects');
    const {conditions, bindings} = await scopeConditions(session, question);
    const own: Bindings = {...bindings};
    for (const column of ['inspector', 'station', 'step', 'result'] as const) {
      if (question[column] === undefined) continue;
      conditions.push({sql: `i.${column} = $its_${column}`, words: column, restricts: 'filter'});
      own[`its_${column}`] = question[column];
    }
    if (question.verification !== undefined) {
      const sql = "coalesce(i.verification, 'unverified') = $its_verification";
      conditions.push({sql, words: 'verification', restricts: 'filter'});
      own.its_verification = question.verification;
    }
    if (question.defect !== undefined) {
      const sql = 'i.inspection in (select inspection from now.defects where defect = $its_defect)';
      conditions.push({sql, words: 'defect', restricts: 'filter'});
      own.its_defect = question.defect;
    }
    const among = `from now.inspections i join subjects s on s.part = i.part where ${allOf(conditions)}`;
    const {total} = await session.row<{total: number}>(`select count(*)::integer as total ${among}`, own);
    const {limit = CARDS_BY_DEFAULT, offset = 0} = question;
    const page = await session.rows<{inspection: string}>(
      `select i.inspection ${among} order by i.inspected_at desc nulls last, i.inspection
       limit ${Math.trunc(limit)} offset ${Math.trunc(offset)}`,
      own,
    );
    const ids = page.map(({inspection}) => inspection);
    return {asOf, total, inspections: await cardsOf(session, ids), frames: await frames(session)};
  });
}

/** One inspection with its reviews. @throws NotFound */
export function inspection(warehouse: Warehouse, id: string, asOf?: number): Promise<InspectionAnswer> {
  return warehouse.read(asOf, async (session, position) => {
    const [card] = await cardsOf(session, [id]);
    if (!card) throw new NotFound(`there is no inspection "${id}"${asOf === undefined ? '' : ` at position ${asOf}`}`);
    const reviews = await reviewsOf(session, [id]);
    return {asOf: position, ...card, reviews, frames: await frames(session)};
  });
}

/** In the order of the ids; those that there are not are left out. Images are not looked for here. */
export async function cardsOf(session: Session, ids: readonly string[]): Promise<InspectionCard[]> {
  if (ids.length === 0) return [];
  await prepareHistory(session, 'subjects');
  const asked = `(select unnest($ids::varchar[]))`;
  const rows = await session.rows<Omit<InspectionCard, 'defects' | 'kept'> & Record<string, unknown>>(
    `select i.inspection, coalesce(s.id, p.id) as part, s.product, s.lot_id as lot, coalesce(i.step, t.step) as step, i.station,
       i.inspector, i.inspected_at as "inspectedAt", i.result, i.confidence, i.image,
       coalesce(i.verification, 'unverified') as verification
     from now.inspections i
     left join subjects s on s.part = i.part
     left join fact.items p on p.item = i.part
     left join now.stations t on t.station = i.station
     where i.inspection in ${asked}`,
    {ids: [...ids]},
  );
  const found = await session.rows<InspectionCard['defects'][number] & {inspection: string}>(
    `select inspection, defect, severity, confidence, x, y, width, height, view from now.found_defects
     where inspection in ${asked} order by inspection, confidence desc nulls last, defect, n`,
    {ids: [...ids]},
  );
  const cards = new Map(
    rows.map(row => [row.inspection, {...row, kept: null, defects: [] as InspectionCard['defects']}]),
  );
  for (const {inspection: of, ...defect} of found) cards.get(of)?.defects.push(defect);
  return ids.flatMap(id => cards.get(id) ?? []);
}

/** SQL of how far boxes reach, by view: images are at least so large. */
export const EXTENTS = `select view, max(x + coalesce(width, 0)) as width, max(y + coalesce(height, 0)) as height
  from now.found_defects where x >= 0 and y >= 0 group by view
  having max(x + coalesce(width, 0)) > 0 and max(y + coalesce(height, 0)) > 0`;

export function frames(session: Session): Promise<InspectionListAnswer['frames']> {
  return session.rows<InspectionListAnswer['frames'][number] & Record<string, unknown>>(
    `from (${EXTENTS}) order by view nulls first`,
  );
}
