/** The numbers of one relation (those of a step), read in bulk and turned into rank codes over one list of rows. */
import type {Session} from '../../duckdb.ts';
import type {FactorSource} from '../../factors.ts';
import {type RankCodes, rankCodes, shared} from '../rank-codes.ts';

/** Rank codes by column, all over one list of rows. */
export interface Group {
  rows: Int32Array;
  numbers: Map<string, RankCodes>;
}

const COLUMNS_AT_ONCE = 64;

/**
 * Reads numbers that share a relation for the rows of temporary table `inspected_parts`.
 * @param parts how many rows that has
 */
export async function readNumbers(session: Session, sources: readonly FactorSource[], parts: number): Promise<Group> {
  let group: Group | null = null;
  for (let from = 0; from < sources.length; from += COLUMNS_AT_ONCE) {
    const some = sources.slice(from, from + COLUMNS_AT_ONCE);
    const values = some.map(({value}, k) => `coalesce((${value})::double, 'nan'::double) as v${k}`);
    const [places, ...columns] = await session.typed(
      `select p.idx, ${values.join(', ')} from (${some[0].relation}) r join inspected_parts p on p.part = r.part`,
    );
    const {rows, entryOf} = entriesOf(places, parts);
    group ??= {rows, numbers: new Map()};
    for (const [k, {value}] of some.entries()) {
      const byEntry = new Float64Array(rows.length);
      for (let i = 0; i < places.length; i++) byEntry[entryOf[places[i]]] = columns[k][i];
      group.numbers.set(value, rankCodes(byEntry, group.rows));
    }
  }
  return group ?? {rows: new Int32Array(0), numbers: new Map()};
}

/** The places in order, and where each stands among them. */
function entriesOf(places: ArrayLike<number>, parts: number): {rows: Int32Array; entryOf: Int32Array} {
  const entryOf = new Int32Array(parts).fill(-1);
  for (let i = 0; i < places.length; i++) {
    if (entryOf[places[i]] === 0) throw new Error(`part ${places[i]} has two rows where one is expected`);
    entryOf[places[i]] = 0;
  }
  const rows = shared(Int32Array, places.length);
  for (let place = 0, e = 0; place < parts; place++) {
    if (entryOf[place] < 0) continue;
    rows[e] = place;
    entryOf[place] = e++;
  }
  return {rows, entryOf};
}
