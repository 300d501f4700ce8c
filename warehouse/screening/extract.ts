/** From facts to a frame: one row a part of the population, one column a factor. */

import type {Session} from '../duckdb.ts';
import {type FactorSource, factorCatalogue, stepOrder, UnknownFactor} from '../factors.ts';
import type {Factor, Frame} from './frame.ts';
import {type Population, QuestionError} from './population.ts';
import {allRows, rankCodes} from './rank-codes.ts';

/** Factors that are the question itself, not an answer to it. */
const NEVER = new Set(['part.part', 'inspection.result']);

/**
 * Reads every factor for the rows of temporary table `population`.
 * @param strata factor names that make the strata
 * @param excluded factor name -> why it is no candidate
 */
export async function extractFrame(
  session: Session,
  people: Population,
  strata: readonly string[],
  excluded: ReadonlyMap<string, string>,
): Promise<Frame> {
  const catalogue = await factorCatalogue(session);
  const order = await stepOrder(session);
  const candidates = catalogue.filter(f => !NEVER.has(f.name) && !excluded.has(f.name));
  const factors = await readFactors(session, candidates, people.rows, order);
  const {stratum, names} = await readStrata(session, catalogue, strata, people.rows, order);
  return {
    parts: people.rows,
    outcome: people.outcome,
    outcomeKind: people.outcomeKind,
    outcomeLabel: people.outcomeLabel,
    lot: people.lot,
    lots: people.lots,
    lotsOrdered: people.lotsOrdered,
    stratum,
    strata: names,
    strataFactors: [...strata],
    factors,
  };
}

/** Reads factors, those of one relation in one pass. */
async function readFactors(
  session: Session,
  sources: readonly FactorSource[],
  rows: number,
  order: ReadonlyMap<string, number>,
): Promise<Factor[]> {
  const everyRow = allRows(rows);
  const byRelation = new Map<string, FactorSource[]>();
  for (const s of sources) byRelation.set(s.relation, [...(byRelation.get(s.relation) ?? []), s]);
  const read = new Map<string, Factor>();
  for (const [relation, group] of byRelation) {
    for (let from = 0; from < group.length; from += COLUMNS_AT_ONCE) {
      const some = group.slice(from, from + COLUMNS_AT_ONCE);
      const values = some.map(({kind, value}, k) =>
        kind === 'number' ? `coalesce((${value})::double, 'nan'::double) as v${k}` : `(${value})::varchar as v${k}`,
      );
      const {columns} = await session.columns(
        `select ${values.join(', ')} from population p left join (${relation}) r on r.part = p.part order by p.idx`,
      );
      for (const [k, source] of some.entries()) read.set(source.name, asFactor(source, columns[k], everyRow, order));
    }
  }
  return sources.map(s => read.get(s.name)!);
}

const COLUMNS_AT_ONCE = 64;

function asFactor(
  source: FactorSource,
  column: unknown[],
  everyRow: Int32Array,
  order: ReadonlyMap<string, number>,
): Factor {
  const {name, step, branch, time, unit} = source;
  const stepOrder = step === null ? null : (order.get(step) ?? null);
  const common = {name, step, stepOrder, branch, time};
  if (column.length !== everyRow.length)
    throw new Error(`factor ${name} has ${column.length} values for ${everyRow.length} parts`);
  if (source.kind === 'number')
    return {...common, kind: 'number', unit, ...rankCodes(Float64Array.from(column as number[]), everyRow)};
  const {codes, levels} = encode(column as (string | null)[]);
  return {...common, kind: 'category', codes, levels};
}

/** Codes into the sorted distinct texts; -1 = missing. */
function encode(texts: readonly (string | null)[]): {codes: Int32Array; levels: string[]} {
  const levels = [...new Set(texts)].filter(t => t !== null).sort();
  const codeOf = new Map<string | null, number>(levels.map((level, k) => [level, k]));
  return {codes: Int32Array.from(texts, t => codeOf.get(t) ?? -1), levels};
}

async function readStrata(
  session: Session,
  catalogue: readonly FactorSource[],
  names: readonly string[],
  rows: number,
  order: ReadonlyMap<string, number>,
): Promise<{stratum: Int32Array; names: string[]}> {
  const sources = names.map(name => {
    const source = catalogue.find(f => f.name === name);
    if (!source)
      throw new UnknownFactor(
        name,
        catalogue.map(f => f.name),
      );
    if (source.kind !== 'category') throw new QuestionError(`${name} is a number: strata need a category`);
    return source;
  });
  if (sources.length === 0) return {stratum: new Int32Array(rows), names: ['all']};
  const columns = (await readFactors(session, sources, rows, order)) as (Factor & {kind: 'category'})[];
  const labels = Array.from({length: rows}, (_, row) =>
    columns.map(c => (c.codes[row] < 0 ? '(missing)' : c.levels[c.codes[row]])).join(' · '),
  );
  const {codes, levels} = encode(labels);
  return {stratum: codes, names: levels};
}
