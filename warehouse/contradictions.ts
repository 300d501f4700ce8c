/** Rows that contradict each other: all are kept, one is current, and the rule that picked it is told. */

import {CANONICAL, columnsOf} from './canonical.ts';
import type {Contradiction} from './data-answers.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {isItem} from './items.ts';
import {factTable, stepTables} from './step-tables.ts';
import type {Warehouse} from './store.ts';
import {NEWEST_FIRST, POSITION} from './views.ts';

/** More things than this with contradictory rows are not listed, of each table. */
const LISTED = 200;

const RULES = {
  undated: 'none says when it was recorded: the later batch wins, within a batch the later line',
  halfDated: 'not all say when they were recorded: the newest that does wins',
  sameTime: 'recorded at the same time: the later batch wins, within a batch the later line',
};

/** Rows of one natural key that differ and whose order in time was not said, table by table. */
export function contradictions(warehouse: Warehouse): Promise<Contradiction[]> {
  return warehouse.read(undefined, async session => {
    const found: Contradiction[] = [];
    for (const [table, {key}] of Object.entries(CANONICAL)) {
      const columns = columnsOf(table).filter(c => c.name !== 'recorded_at');
      const rows = table === 'measurements' ? await versionsOfCells(session) : versionsOfRows(table, key);
      const names = columns.filter(isItem).map(({name}) => name);
      const joins = names.map(
        name =>
          `left join fact.items ${quoteName(`i_${name}`)} on ${quoteName(`i_${name}`)}.item = v.${quoteName(name)}`,
      );
      const text = (name: string) => (names.includes(name) ? `${quoteName(`i_${name}`)}.id` : `v.${quoteName(name)}`);
      const json = columns.map(({name}) => `${quoteText(name)}: ${text(name)}::varchar`).join(', ');
      const versions = await session.rows<Version>(
        `with versions as (${rows}), contested as (
           select *, count(*) over same as versions, count(recorded_at) over same as dated,
             row_number() over (partition by ${key.map(quoteName).join(', ')} order by ${NEWEST_FIRST}) as place,
             dense_rank() over (order by ${key.map(quoteName).join(', ')}) as thing
           from versions
           window same as (partition by ${key.map(quoteName).join(', ')})
           qualify count(*) over same > greatest(1, count(distinct recorded_at) over same)
         )
         select v.thing, v.versions, v.dated, v.place = 1 as current, v.batch, v.ordinal + 1 as record, v.recorded_at, b.source,
           to_json({${json}})::varchar as row
         from contested v ${joins.join(' ')} left join fact.batches b on b.batch = v.batch
         order by v.thing, v.place limit ${LISTED * 2}`,
      );
      found.push(...byThing(table, versions));
    }
    return found;
  });
}

interface Version extends Record<string, unknown> {
  thing: number;
  versions: number;
  dated: number;
  current: boolean;
  batch: number;
  record: number;
  recorded_at: string | null;
  source: string;
  row: string;
}

function byThing(table: string, versions: readonly Version[]): Contradiction[] {
  const things = new Map<number, Version[]>();
  for (const version of versions) things.set(version.thing, [...(things.get(version.thing) ?? []), version]);
  return [...things.values()].map(of => ({
    table,
    rule: of[0].dated === 0 ? RULES.undated : of[0].dated < of[0].versions ? RULES.halfDated : RULES.sameTime,
    rows: of.map(({current, batch, record, recorded_at, source, row}) => ({
      current,
      batch,
      source,
      record,
      recordedAt: recorded_at,
      row: JSON.parse(row) as Contradiction['rows'][number]['row'],
    })),
  }));
}

/** SQL of all versions of the rows whose key came more than once. */
function versionsOfRows(table: string, key: readonly string[]): string {
  const sameKey = key.map(k => `l.${quoteName(k)} is not distinct from f.${quoteName(k)}`).join(' and ');
  return `select f.* from fact.${table} f
    semi join (select * from fact.${table} where later and batch <= ${POSITION}) l on ${sameKey} where f.batch <= ${POSITION}`;
}

/** The same of single measured values: what came by itself, and what stands in the wide row of the same visit. */
async function versionsOfCells(session: Session): Promise<string> {
  const columns = 'part, step, run, parameter, value, text_value, qualifier, measured_at, recorded_at, batch, ordinal';
  const wide = (await stepTables(session))
    .filter(t => t.parameters.length > 0)
    .map(
      t => `select * from (select part, ${quoteText(t.step)} as step, run,
          unnest([${t.parameters.map(p => quoteText(p.parameter)).join(', ')}]) as parameter,
          unnest([${t.parameters.map(p => p.column).join(', ')}]) as value, null::varchar as text_value,
          null::varchar as qualifier, measured_at, recorded_at, batch, ordinal
        from ${factTable(t)} b semi join (select * from fact.cells where step = ${quoteText(t.step)}) c
          on c.part = b.part and c.run = b.run where batch <= ${POSITION}) where value is not null`,
    );
  const cells = `select ${columns} from fact.cells where batch <= ${POSITION}`;
  return [...wide, cells].join('\nunion all\n');
}
