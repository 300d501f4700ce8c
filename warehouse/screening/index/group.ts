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

const COLUMNS_AT_ONCE = 32;

/** Columns that groups use one after the other, while an index is built: fresh memory costs more than what is done in it. */
let room: Float64Array[][] = [];
export const forgetRoom = (): void => {
  room = [];
};

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
  return readColumns(session, sources, rows, `p.idx from ${joined}`, ([found], length, to) => {
    for (let i = 0; i < length; i++) to[i] = entryOf[found[i]];
  });
}

/** The wide table of a step is read as it lies; which of its rows count is known from its narrow columns. */
async function readStep(
  session: Session,
  sources: readonly FactorSource[],
  table: number,
  parts: number,
): Promise<Group> {
  const [places, ids, runs] = await session.typed(
    runsThatCount(sources[0].step ?? '', `now.step_${table}`, 'inspected_parts'),
  );
  const {rows, entryOf} = entriesOf(places, parts);
  let most = -1;
  for (let i = 0; i < ids.length; i++) most = Math.max(most, ids[i]);
  const entryOfPart = new Int32Array(most + 1).fill(-1);
  const runOfPart = new Int32Array(most + 1);
  for (let i = 0; i < ids.length; i++) {
    entryOfPart[ids[i]] = entryOf[places[i]];
    runOfPart[ids[i]] = runs[i];
  }
  return readColumns(session, sources, rows, `r.part, r.run from now.step_${table} r`, ([part, run], length, to) => {
    for (let i = 0; i < length; i++) {
      to[i] = part[i] <= most && runOfPart[part[i]] === run[i] ? entryOfPart[part[i]] : -1;
    }
  });
}

/** Writes which entry each row of a piece is for, -1 for a row that does not count. */
type EntriesFor = (keys: ArrayLike<number>[], length: number, to: Int32Array) => void;

/** @param from what says which entry a row is for, and where it comes from: `<keys> from ...` */
async function readColumns(
  session: Session,
  sources: readonly FactorSource[],
  rows: Int32Array,
  from: string,
  entriesFor: EntriesFor,
): Promise<Group> {
  const numbers: Group['numbers'] = new Map();
  // Every entry has its row, so that each column overwrites the one before.
  const byEntry = room.pop() ?? [];
  for (let k = 0; k < Math.min(COLUMNS_AT_ONCE, sources.length); k++) {
    if (byEntry[k] === undefined || byEntry[k].length < rows.length) byEntry[k] = new Float64Array(rows.length);
  }
  let entries = new Int32Array(2048);
  for (let at = 0; at < sources.length; at += COLUMNS_AT_ONCE) {
    const some = sources.slice(at, at + COLUMNS_AT_ONCE);
    const values = some.map(({value}, k) => `coalesce((${value})::double, 'nan'::double) as v${k}`);
    await session.eachPiece(`select ${values.join(', ')}, ${from}`, (columns, length) => {
      if (entries.length < length) entries = new Int32Array(length);
      entriesFor(columns.slice(some.length), length, entries);
      for (let k = 0; k < some.length; k++) scatter(columns[k] as Float64Array, entries, length, byEntry[k]);
    });
    for (const [k, {value}] of some.entries()) numbers.set(value, rankCodes(byEntry[k].subarray(0, rows.length), rows));
  }
  room.push(byEntry);
  return {rows, numbers};
}

function scatter(values: Float64Array, entries: Int32Array, length: number, to: Float64Array): void {
  for (let i = 0; i < length; i++) if (entries[i] >= 0) to[entries[i]] = values[i];
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
