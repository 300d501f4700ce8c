/** Champion and challenger: two inspectors, such as two versions of a model, on the same images or parts. */
import type {Session} from '../duckdb.ts';
import type {ChallengeAnswer, ChallengeQuestion} from '../inspector-answers.ts';
import {type Counts, compare} from '../measurement-systems/compared.ts';
import {prepareJudged} from '../measurement-systems/judged.ts';
import {query} from '../queries.ts';
import {QuestionError} from '../question-error.ts';
import {mcNemarExact, type PairedCluster, pairedDifference} from '../statistics/mcnemar.ts';
import type {Warehouse} from '../store.ts';
import {cardsOf, frames} from './cards.ts';
import {onlyOf} from './thresholds.ts';

const CASES_BY_DEFAULT = 24;

/**
 * Decisions on the same image of a part at a step are compared; where one of the two names no image, those on the same part
 * at the same step, first with first. Parts of a lot are alike, so that lots are the unit of the second test.
 * @throws QuestionError for two that are one, or one that is not there; what the filter throws
 */
export async function challenge(warehouse: Warehouse, question: ChallengeQuestion): Promise<ChallengeAnswer> {
  const {champion, challenger} = question;
  if (champion === challenger) throw new QuestionError(`"${champion}" cannot be compared with itself`);
  return warehouse.read(question.asOf, async (session, asOf) => {
    const notes = await prepareJudged(session, question);
    await onlyOf(session, [champion, challenger]);
    await session.run(`create or replace temp table decisions as ${query('decisions')}`);
    await session.run(`create or replace temp table faced as ${query('faced')}`, {champion, challenger});
    const counts = await session.row<Counts & {all: number; by_image: number}>(
      `select count(*)::integer as "all", count(*) filter (by_image)::integer as by_image,
         count(*) filter (champion_failed and challenger_failed)::integer as fail_fail,
         count(*) filter (champion_failed and not challenger_failed)::integer as fail_pass,
         count(*) filter (not champion_failed and challenger_failed)::integer as pass_fail,
         count(*) filter (not champion_failed and not challenger_failed)::integer as pass_pass from faced`,
    );
    const made = await session.row<{champion: number; challenger: number}>(
      `select count(*) filter (inspector = $champion)::integer as champion,
         count(*) filter (inspector = $challenger)::integer as challenger from judged`,
      {champion, challenger},
    );
    const lots = await session.rows<PairedCluster & Record<string, unknown>>(
      `select count(*)::integer as n, count(*) filter (champion_failed and not challenger_failed)::integer as first,
         count(*) filter (not champion_failed and challenger_failed)::integer as second
       from faced group by cluster order by cluster`,
    );
    const byLot = pairedDifference(lots);
    return {
      asOf,
      champion,
      challenger,
      pairs: {
        all: counts.all,
        byImage: counts.by_image,
        byPart: counts.all - counts.by_image,
        championOnly: made.champion - counts.all,
        challengerOnly: made.challenger - counts.all,
      },
      compared: counts.all === 0 ? null : compare(counts),
      mcNemar: {
        championOnlyFails: counts.fail_pass,
        challengerOnlyFails: counts.pass_fail,
        p: mcNemarExact(counts.fail_pass, counts.pass_fail),
      },
      byLot: byLot && {value: byLot.value, low: byLot.low, high: byLot.high, p: byLot.p, lots: byLot.clusters},
      ...(await differing(session, question.limit ?? CASES_BY_DEFAULT)),
      frames: await frames(session),
      notes: [...notes, ...CONVENTIONS],
    };
  });
}

const CONVENTIONS = [
  "McNemar's test is exact and takes parts as independent; the test by lots (Obuchowski) does not, and is the one to trust where lots are known: a part without a lot is one by itself",
  'which of two that differ is right follows from reviews of either inspection; they were chosen by people or drawn, and are not weighted here',
];

interface Case extends Record<string, unknown> {
  champion: string;
  challenger: string;
  step: string;
  by_image: boolean;
  right: 'champion' | 'challenger' | null;
}

/** What reviewers settled first, then those that one of the two was surest of. */
async function differing(session: Session, limit: number): Promise<Pick<ChallengeAnswer, 'reviewed' | 'differing'>> {
  const settled = await session.row<{total: number; champion: number; challenger: number}>(
    `select count(*)::integer as total, count(*) filter (right_one = 'champion')::integer as champion,
       count(*) filter (right_one = 'challenger')::integer as challenger
     from faced where champion_failed <> challenger_failed`,
  );
  const cases = await session.rows<Case>(
    `select champion, challenger, step, by_image, right_one as "right" from faced
     where champion_failed <> challenger_failed
     order by right_one is null, greatest(champion_sure, challenger_sure) desc nulls last, champion limit ${Math.trunc(limit)}`,
  );
  const cards = await cardsOf(
    session,
    cases.flatMap(({champion, challenger}) => [champion, challenger]),
  );
  const of = new Map(cards.map(card => [card.inspection, card]));
  return {
    reviewed: {
      differing: settled.champion + settled.challenger,
      championRight: settled.champion,
      challengerRight: settled.challenger,
      p: mcNemarExact(settled.champion, settled.challenger),
    },
    differing: {
      total: settled.total,
      cases: cases.map(({champion, challenger, step, by_image, right}) => {
        const [first, second] = [of.get(champion)!, of.get(challenger)!];
        const {part, lot} = first;
        const image = by_image ? first.image : (first.image ?? second.image);
        return {part, lot, step, image, champion: first, challenger: second, right};
      }),
    },
  };
}
