/** What should be reviewed next: a random, stratified sample, most of what the inspector was not sure of, few of the rest. */
import type {Session} from '../duckdb.ts';
import type {QueueAnswer, QueueQuestion} from '../inspector-answers.ts';
import {prepareJudged, SURE} from '../measurement-systems/judged.ts';
import type {Warehouse} from '../store.ts';
import {cardsOf, frames} from './cards.ts';
import {PLACE} from './reviews.ts';

/** Of the sure passes and the sure fails, unless a plant says otherwise. */
export const REVIEWED_SHARES = {passes: 0.02, fails: 0.25} as const;
/** So many times likelier than sure passes are those drawn that the inspector was not sure of. */
const UNSURE = 10;
const ITEMS_BY_DEFAULT = 20;

/**
 * All fails that the inspector was not sure of, a share of the sure ones, a small share of the passes. The order is random
 * and stays: whoever stops anywhere has reviewed a random sample, each in proportion to its probability.
 * @throws QuestionError without inspections in scope; what the filter throws
 * @see Ohlsson (1998), Sequential Poisson Sampling, J. Off. Stat. 14:149
 */
export function reviewQueue(warehouse: Warehouse, question: QueueQuestion): Promise<QueueAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    await prepareJudged(session, question);
    await prepareDrawn(session, question);
    const strata = await session.rows<QueueAnswer['strata'][number] & Record<string, unknown>>(
      `select case when failed then 'fail' else 'pass' end as result, sure, any_value(probability) as probability,
         count(*)::integer as inspections, count(*) filter (drawn)::integer as drawn,
         count(*) filter (drawn and reviewed)::integer as reviewed
       from drawn_inspections group by failed, sure order by failed desc, sure`,
    );
    const waits = question.second === true ? 'others' : 'not reviewed';
    const open = `from drawn_inspections where drawn and ${waits} and not mine`;
    const {waiting} = await session.row<{waiting: number}>(`select count(*)::integer as waiting ${open}`);
    const next = await session.rows<{inspection: string; probability: number; sure: boolean}>(
      `select inspection, probability, sure ${open} order by place / probability, inspection
       limit ${Math.trunc(question.limit ?? ITEMS_BY_DEFAULT)}`,
    );
    const cards = await cardsOf(
      session,
      next.map(({inspection}) => inspection),
    );
    const of = new Map(next.map(row => [row.inspection, row]));
    const items = cards.map(card => {
      const {probability, sure} = of.get(card.inspection)!;
      // Whoever reads for the second time shall not know what the first said.
      return {...card, verification: 'unverified' as const, sampled: probability, sure};
    });
    const shares = {passes: question.passes ?? REVIEWED_SHARES.passes, fails: question.fails ?? REVIEWED_SHARES.fails};
    return {asOf, waiting, shares, strata, items, frames: await frames(session)};
  });
}

async function prepareDrawn(session: Session, question: QueueQuestion): Promise<void> {
  const {passes = REVIEWED_SHARES.passes, fails = REVIEWED_SHARES.fails, reviewer = null, inspector = null} = question;
  await session.run(
    `create or replace temp table drawn_inspections as
     with placed as (
       select i.inspection, i.failed, coalesce(i.confidence >= $sure, false) as sure, ${PLACE} as place,
         i.verification in ('confirmed', 'rejected') or w.inspection is not null as reviewed,
         coalesce(w.others, false) as others, coalesce(w.mine, false) as mine
       from judged i
       left join (
         select inspection, bool_or(reviewer = $reviewer) as mine, bool_or(reviewer is distinct from $reviewer) as others
         from now.reviews where verdict <> 'withdrawn' group by inspection
       ) w on w.inspection = i.inspection
       where $inspector::varchar is null or i.inspector = $inspector
     ), likely as (
       select *, case when failed and not sure then 1 when failed then $fails when sure then $passes
         else least(1, ${UNSURE} * $passes) end::double as probability
       from placed
     )
     select *, place < probability as drawn from likely`,
    {sure: SURE, passes, fails, reviewer, inspector},
  );
}
