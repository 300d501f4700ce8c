/** The numbers of one relation (those of a step), read in bulk and turned into rank codes over one list of rows. */
import type {Session} from '../../duckdb.ts';
import type {FactorSource} from '../../factors.ts';
import {runsThatCount} from '../../history.ts';
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
  const {stepTable} = sources[0];
  return stepTable === undefined ? readRelation(session, sources, parts) : readStep(session, sources, stepTable, parts);
}

async function readRelation(session: Session, sources: readonly FactorSource[], parts: number): Promise<Group> {
  const joined = `(${sources[0].relation}) r join inspected_parts p on p.part = r.part`;
  const [places] = await session.typed(`select p.idx from ${joined}`);
  const {rows, entryOf} = entriesOf(places, parts);
  return readColumns(session, sources, rows, `p.idx from ${joined}`, ([found]) => {
    const entries = new Int32Array(found.length);
    for (let i = 0; i < entries.length; i++) entries[i] = entryOf[found[i]];
    return entries;
  });
}

/** The wide table of a step is read as it lies; which of its rows count is known from its narrow columns. */
async function readStep(
  session: Session,
  sources: readonly FactorSource[],
  table: number,
  parts: number,
): Promise<Group> {
  const counting = runsThatCount(sources[0].step ?? '', `now.step_${table}`);
  const [places, ids, runs] = await session.typed(
    `select p.idx, r.part, r.run from (${counting}) r join inspected_parts p on p.part = r.part`,
  );
  const {rows, entryOf} = entriesOf(places, parts);
  let most = -1;
  for (let i = 0; i < ids.length; i++) most = Math.max(most, ids[i]);
  const [entryOfPart, runOfPart] = [new Int32Array(most + 1).fill(-1), new Int32Array(most + 1)];
  for (let i = 0; i < ids.length; i++) {
    entryOfPart[ids[i]] = entryOf[places[i]];
    runOfPart[ids[i]] = runs[i];
  }
  return readColumns(session, sources, rows, `r.part, r.run from now.step_${table} r`, ([part, run]) => {
    const entries = new Int32Array(part.length).fill(-1);
    for (let i = 0; i < entries.length; i++) {
      if (part[i] <= most && runOfPart[part[i]] === run[i]) entries[i] = entryOfPart[part[i]];
    }
    return entries;
  });
}

/**
 * @param from what says which entry a row is for, and where it comes from: `<keys> from ...`
 * @param entriesFor the keys' entries, -1 for a row that does not count
 */
async function readColumns(
  session: Session,
  sources: readonly FactorSource[],
  rows: Int32Array,
  from: string,
  entriesFor: (keys: ArrayLike<number>[]) => Int32Array,
): Promise<Group> {
  const numbers: Group['numbers'] = new Map();
  // Every entry has its row, so that each column overwrites the one before.
  const byEntry = new Float64Array(rows.length);
  for (let at = 0; at < sources.length; at += COLUMNS_AT_ONCE) {
    const some = sources.slice(at, at + COLUMNS_AT_ONCE);
    const values = some.map(({value}, k) => `coalesce((${value})::double, 'nan'::double) as v${k}`);
    const read = await session.typed(`select ${values.join(', ')}, ${from}`);
    const entries = entriesFor(read.slice(some.length));
    for (const [k, {value}] of some.entries()) {
      const column = read[k];
      for (let i = 0; i < entries.length; i++) if (entries[i] >= 0) byEntry[entries[i]] = column[i];
      numbers.set(value, rankCodes(byEntry, rows));
    }
  }
  return {rows, numbers};
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
