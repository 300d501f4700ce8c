/** What convinces, or does not, beside rates by level: a number's spread by outcome, and the outcome lot after lot. */
import type {Finding} from '../answers.ts';
import type {Session} from '../duckdb.ts';
import {filteredParts} from '../filter.ts';
import type {OutcomeHistogram, TimeStrip} from '../plot-answers.ts';

/** More points than a strip has room for. */
const MOST_POINTS = 240;
const LEAST_BINS = 8;
const MOST_BINS = 40;

/**
 * How a number is spread among the parts of table `screened`, those with the outcome and the others.
 * @param values SQL of a relation (part, value)
 * @returns null where one of the two groups is empty, or all values are the same
 */
export async function outcomeHistogram(session: Session, values: string): Promise<OutcomeHistogram | null> {
  await session.run(
    `create or replace temp table spread as
     select p.outcome = 1 as defective, f.value::double as value from screened p join (${values}) f on f.part = p.part`,
  );
  const {defective, others, low, high} = await session.row<{
    defective: number;
    others: number;
    low: number | null;
    high: number | null;
  }>(
    `select count(*) filter (defective) as defective, count(*) filter (not defective) as others,
       quantile_cont(value, 0.005) filter (isfinite(value)) as low, quantile_cont(value, 0.995) filter (isfinite(value)) as high
     from spread`,
  );
  if (defective === 0 || others === 0 || low === null || high === null || low === high) return null;
  // Rice's rule, for the smaller group: finer bins would show its noise.
  const bins = Math.min(MOST_BINS, Math.max(LEAST_BINS, Math.ceil(2 * Math.cbrt(Math.min(defective, others)))));
  const width = (high - low) / bins;
  const rows = await session.rows<{bin: number; defective: number; others: number}>(
    `select case when value < $low then -1 when value > $high then ${bins}
         else least(floor((value - $low) / $width), ${bins - 1}) end::integer as bin,
       count(*) filter (defective) as defective, count(*) filter (not defective) as others
     from spread group by bin`,
    {low, high, width},
  );
  const at = (bin: number) => rows.find(row => row.bin === bin) ?? {defective: 0, others: 0};
  const outside = (bin: number) => ({defective: at(bin).defective, others: at(bin).others});
  const inside = Array.from({length: bins}, (_, bin) => at(bin));
  return {
    from: low,
    width,
    defective: inside.map(row => row.defective),
    others: inside.map(row => row.others),
    below: outside(-1),
    above: outside(bins),
  };
}

/**
 * The outcome of the parts of table `screened`, lot after lot in order of time, exposed parts apart from the others.
 * @returns null where no lot has a time
 */
export async function timeStrip(session: Session, {where}: Pick<Finding, 'where'>): Promise<TimeStrip | null> {
  const filter = where === null ? null : await filteredParts(session, where);
  const rows = await session.rows<StripRow>(
    `with marked as (
       select coalesce(lot_id, id) as lot, lot_id is null as alone, lot_at, outcome,
         ${filter === null ? 'false' : `part in (${filter})`} as exposed
       from screened
     ), lots as (
       select lot, alone, any_value(lot_at) as lot_at, count(*) filter (exposed) as en, count(*) filter (not exposed) as "on",
         sum(outcome order by outcome) filter (exposed) as es, sum(outcome order by outcome) filter (not exposed) as os
       from marked group by lot, alone
     ), placed as (
       select *, case when lot_at is not null
           then ntile(${MOST_POINTS}) over (partition by lot_at is null order by lot_at, lot, alone) end as place
       from lots
     )
     select place, count(*) as lots, bool_or(not alone) as "inLots", min(lot_at) as "from", max(lot_at) as "to",
       any_value(lot) as name, sum(en)::integer as "exposedParts", sum("on")::integer as "otherParts",
       sum(es order by es) as "exposedSum", sum(os order by os) as "otherSum"
     from placed group by place order by place nulls last`,
  );
  const placed = rows.filter(({place}) => place !== null);
  if (placed.length === 0) return null;
  return {
    unit: rows.some(({inLots}) => inLots) ? 'lot' : 'part',
    marks: filter !== null,
    points: placed.map(row => ({
      name: row.lots === 1 ? row.name : null,
      from: row.from!,
      to: row.to!,
      lots: row.lots,
      exposed: groupOf(row.exposedParts, row.exposedSum),
      others: groupOf(row.otherParts, row.otherSum),
    })),
    timeless: rows.filter(({place}) => place === null).reduce((sum, row) => sum + row.exposedParts + row.otherParts, 0),
  };
}

interface StripRow extends Record<string, unknown> {
  place: number | null;
  lots: number;
  inLots: boolean;
  from: string | null;
  to: string | null;
  name: string;
  exposedParts: number;
  otherParts: number;
  exposedSum: number | null;
  otherSum: number | null;
}

const groupOf = (parts: number, sum: number | null) => ({parts, rate: parts === 0 ? null : (sum ?? 0) / parts});
