/** Ids that differ only by case or white space: kept as sent, and told, because a person may have meant one thing. */
import type {Unresolved} from './data-answers.ts';
import type {Session} from './duckdb.ts';
import {POSITION} from './views.ts';

/** Where things of a kind are named: table and column. Parts and lots have their own register. */
const NAMED_IN: Readonly<Record<string, readonly [table: string, column: string][]>> = {
  station: [
    ['stations', 'station'],
    ['operations', 'station'],
    ['inspections', 'station'],
    ['events', 'station'],
    ['readings', 'station'],
  ],
  tool: [['operations', 'tool']],
  product: [
    ['products', 'product'],
    ['parts', 'product'],
    ['work_orders', 'product'],
    ['parameters', 'product'],
  ],
  material: [['lots', 'material']],
  supplier: [['lots', 'supplier']],
  work_order: [
    ['work_orders', 'work_order'],
    ['parts', 'work_order'],
    ['operations', 'work_order'],
  ],
  defect: [
    ['defect_codes', 'defect'],
    ['defects', 'defect'],
    ['tallies', 'defect'],
  ],
  parameter: [
    ['parameters', 'parameter'],
    ['readings', 'parameter'],
    ['step_columns', 'parameter'],
  ],
  step: [
    ['stations', 'step'],
    ['operations', 'step'],
    ['inspections', 'step'],
    ['parameters', 'step'],
    ['tallies', 'step'],
    ['step_tables', 'step'],
  ],
};

/** SQL of an id as a hasty person reads it: a letter with an accent is one however it is coded, some marks are not seen. */
const folded = (id: string): string => {
  const seen = `regexp_replace(nfc_normalize(${id}), '\\p{Cf}', '', 'g')`;
  return `lower(trim(regexp_replace(${seen}, '[\\s\\p{Z}]+', ' ', 'g'), ' '))`;
};

/** All sets of ids of one kind that read alike, at the session's position. */
export async function lookAlikes(session: Session): Promise<Unresolved['lookAlikes']> {
  const named = Object.entries(NAMED_IN).flatMap(([kind, places]) =>
    places.map(
      ([table, column]) => `select '${kind}' as kind, "${column}" as id from fact.${table} where batch <= ${POSITION}`,
    ),
  );
  return session.rows<Unresolved['lookAlikes'][number] & Record<string, unknown>>(
    `select kind, list(id order by id) as ids
     from (select distinct kind, id from (
       select kind, id from fact.items where batch <= ${POSITION}
       union all ${named.join('\nunion all ')}
     ) where id is not null)
     group by kind, ${folded('id')} having count(*) > 1 order by kind, ids`,
  );
}
