/** The categories of one relation as codes into their levels. */
import type {Session} from '../../duckdb.ts';
import type {FactorSource} from '../../factors.ts';
import {shared} from '../rank-codes.ts';

export interface Levels {
  /** By inspected part: place in `levels`, -1 = missing. */
  codes: Int32Array;
  levels: string[];
}

/** Reads categories that share a relation, by the SQL of their value. */
export async function readCategories(
  session: Session,
  sources: readonly FactorSource[],
  parts: number,
): Promise<Map<string, Levels>> {
  const values = sources.map(({value}, k) => `(${value})::varchar as v${k}`);
  await session.run(
    `create or replace temp table chosen as
     select p.idx, ${values.join(', ')} from (${sources[0].relation}) r join inspected_parts p on p.part = r.part`,
  );
  const read = new Map<string, Levels>();
  for (const [k, {value}] of sources.entries()) {
    await session.run(
      `create or replace temp table chosen_levels as
       select level, (row_number() over (order by level) - 1)::integer as code
       from (select distinct v${k} as level from chosen where v${k} is not null)`,
    );
    const levels = await session.rows<{level: string}>('select level from chosen_levels order by code');
    const [places, found] = await session.typed(`select idx, code from chosen join chosen_levels on level = v${k}`);
    const codes = shared(Int32Array, parts).fill(-1);
    for (let i = 0; i < places.length; i++) codes[places[i]] = found[i];
    read.set(value, {codes, levels: levels.map(({level}) => level)});
  }
  await session.run('drop table chosen');
  await session.run('drop table if exists chosen_levels');
  return read;
}
