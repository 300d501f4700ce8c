/** The values of factors for the parts of a question, as codes: one pass over each relation, whatever factors share it. */
import type {ScreenQuestion} from '../answers.ts';
import {grouped} from '../grouped.ts';
import type {Factor} from '../screening/frame.ts';
import {rankCodes, shared} from '../screening/rank-codes.ts';
import type {Asking} from './company.ts';
import type {CompanyFactor} from './factors.ts';
import {askedParts, keyOfPart, type ScreenedParts} from './screened-parts.ts';
import {visits} from './visits.ts';

/** A value beyond it was only known to lie below or above what could be measured. */
const LARGEST = Number.MAX_VALUE;

export async function factorsOf(
  asking: Asking,
  question: Omit<ScreenQuestion, 'asOf'>,
  people: ScreenedParts,
  wanted: readonly CompanyFactor[],
  order: ReadonlyMap<string, number>,
): Promise<Factor[]> {
  const made = new Map<string, Factor>();
  for (const some of grouped(wanted, ({from}) => from?.name ?? '').values()) {
    const columns = some.map(({column, from}, k) => `${column === null ? from!.value : `r.${column}`} as v${k}`);
    // Values of one step (or material) stand beside those of another: each factor takes the rows of its own.
    const apart = [...new Set(some.flatMap(({from}) => from?.at ?? []))];
    const asked = await askedParts(asking, question);
    const source = some[0].from === null ? asked : some[0].from.relation(asking.within(question));
    const only = apart.length === 0 ? '' : ` where r.step in (${apart.map(at => asking.value(at)).join(', ')})`;
    const join =
      some[0].from === null
        ? ''
        : ` join ${await askedParts(asking, question)} a on a.plant = r.plant and a.part = r.part`;
    const rows = await asking.rows<
      Record<string, string | number | null> & {plant: string; part: string; step: string | null}
    >(
      `select r.plant as plant, r.part as part, ${apart.length === 0 ? asking.nothing('text') : 'r.step'} as step,
         ${columns.join(', ')} from ${source} r${join}${only}`,
    );
    const byStep = grouped(rows, ({step}) => step);
    for (const [k, factor] of some.entries()) {
      const at = factor.from?.at ?? null;
      const own = at === null ? rows : (byStep.get(at) ?? []);
      made.set(factor.name, codesOf(asking, people, factor, own, `v${k}`, order));
    }
  }
  return wanted.map(({name}) => made.get(name)!);
}

function codesOf(
  {company}: Asking,
  {parts, rowOf}: ScreenedParts,
  {name, step, branch, time, kind, unit, isOfPlant}: CompanyFactor,
  told: readonly (Record<string, string | number | null> & {plant: string; part: string})[],
  column: string,
  order: ReadonlyMap<string, number>,
): Factor {
  const common = {name, step, stepOrder: step === null ? null : (order.get(step) ?? null), branch, time};
  if (kind === 'category') {
    const values = new Array<string | null>(parts).fill(null);
    for (const row of told) {
      const at = rowOf.get(keyOfPart(row.plant, row.part));
      const value = row[column] as string | null;
      if (at !== undefined && value !== null)
        values[at] = isOfPlant && company.isSeveral ? `${row.plant}/${value}` : value;
    }
    const levels = [...new Set(values.filter(value => value !== null))].sort((a, b) => (a < b ? -1 : 1));
    const place = new Map(levels.map((level, code) => [level, code]));
    const codes = shared(Int32Array, parts);
    values.forEach((value, i) => {
      codes[i] = value === null ? -1 : place.get(value)!;
    });
    return {...common, kind, codes, levels};
  }
  const byRow = new Map<number, number>();
  for (const row of told) {
    const at = rowOf.get(keyOfPart(row.plant, row.part));
    if (at !== undefined) byRow.set(at, row[column] === null ? Number.NaN : limited(row[column] as number));
  }
  const rows = shared(Int32Array, byRow.size);
  rows.set([...byRow.keys()].sort((a, b) => a - b));
  return {
    ...common,
    kind,
    unit,
    ...rankCodes(
      Float64Array.from(rows, row => byRow.get(row)!),
      rows,
    ),
  };
}

const limited = (value: number): number =>
  value >= LARGEST ? Number.POSITIVE_INFINITY : value <= -LARGEST ? Number.NEGATIVE_INFINITY : value;

/** Steps in the order in which parts come to them: by the middle of the time since the part's first step. */
export async function stepOrder(asking: Asking): Promise<Map<string, number>> {
  const since = `(select step, started_at - min(started_at) over (partition by plant, part) as since
    from ${visits(asking)} v where started_at is not null)`;
  const placed = `(select step, since, 2 * row_number() over (partition by step order by since) as place,
    count(*) over (partition by step) as n from ${since} s)`;
  const rows = await asking.rows<{step: string; middle: number}>(
    `select step, avg(since) as middle from ${placed} p where place >= n and place <= n + 2 group by step order by 2, step`,
  );
  return new Map(rows.map(({step}, k) => [step, k]));
}
