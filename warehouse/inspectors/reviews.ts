/** What reviewers say of inspections: rows of `reviews`, one a reviewer and inspection; the newest word holds. */
import type {Session} from '../duckdb.ts';
import type {Review, ReviewListAnswer, ReviewListQuestion} from '../inspector-answers.ts';
import {type Counts, compare} from '../measurement-systems/compared.ts';
import {query} from '../queries.ts';
import type {Warehouse} from '../store.ts';

/** What reviews in this program are called in the ledger, by whether the name of the reviewer was proven. */
export const REVIEW_SOURCES = {authenticated: 'POST /v1/reviews', declared: 'POST /v1/reviews, self-declared'} as const;

const REVIEWS_BY_DEFAULT = 100;

const COLUMNS = `r.inspection, r.reviewer, r.verdict, r.defect, r.reason, r.reviewed_at as "reviewedAt",
  case when r.sampled > 0 and r.sampled <= 1 then r.sampled end as sampled,
  coalesce(b.source = '${REVIEW_SOURCES.authenticated}', false) as authenticated`;
const NEWEST_FIRST = 'r.reviewed_at desc nulls last, r.batch desc, r.ordinal desc';

/** Of some inspections, the newest first. */
export function reviewsOf(session: Session, ids: readonly string[]): Promise<Review[]> {
  return session.rows<Review & Record<string, unknown>>(
    `select ${COLUMNS} from now.reviews r left join fact.batches b on b.batch = r.batch
     where r.inspection in (select unnest($ids::varchar[])) order by ${NEWEST_FIRST}`,
    {ids: [...ids]},
  );
}

/** All reviews, and how far reviewers agree with each other where several looked at the same. */
export function reviews(warehouse: Warehouse, question: ReviewListQuestion): Promise<ReviewListAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const {inspection = null, reviewer = null, limit = REVIEWS_BY_DEFAULT} = question;
    const among = `from now.reviews r
      where ($inspection::varchar is null or r.inspection = $inspection) and ($reviewer::varchar is null or r.reviewer = $reviewer)`;
    const asked = {inspection, reviewer};
    const {total} = await session.row<{total: number}>(`select count(*)::integer as total ${among}`, asked);
    const listed = await session.rows<ReviewListAnswer['reviews'][number] & Record<string, unknown>>(
      `select ${COLUMNS}, p.id as part, i.inspector, i.result, coalesce(i.verification, 'unverified') as verification
       from (select r.* ${among} order by ${NEWEST_FIRST} limit ${Math.trunc(limit)}) r
       left join fact.batches b on b.batch = r.batch
       left join now.inspections i on i.inspection = r.inspection
       left join fact.items p on p.item = i.part
       order by ${NEWEST_FIRST}`,
      asked,
    );
    const pairs = await session.rows<Counts & {first: string; second: string}>(query('paired-reviews'));
    return {
      asOf,
      total,
      reviews: listed,
      between: pairs.map(({first, second, ...counts}) => ({first, second, ...compare(counts)})),
    };
  });
}

/** What a review is of, and what the reviewer said of it before. */
export interface Reviewable {
  result: string;
  verification: string;
  /** Where the inspection stands among all when they are drawn at random, in [0, 1). */
  place: number;
  known: (Review & {recordedAt: string | null}) | null;
}

/** @returns null where there is no such inspection */
export function reviewable(warehouse: Warehouse, id: string, reviewer: string): Promise<Reviewable | null> {
  return warehouse.read(undefined, async session => {
    const [row] = await session.rows<{result: string; verification: string; place: number}>(
      `select result, coalesce(verification, 'unverified') as verification, ${PLACE} as place
       from now.inspections i where inspection = $id`,
      {id},
    );
    if (!row) return null;
    const [known] = await session.rows<Review & {recordedAt: string | null} & Record<string, unknown>>(
      `select ${COLUMNS}, r.recorded_at as "recordedAt" from now.reviews r left join fact.batches b on b.batch = r.batch
       where r.inspection = $id and r.reviewer = $reviewer`,
      {id, reviewer},
    );
    return {...row, known: known ?? null};
  });
}

/**
 * SQL of an inspection's permanent random number: who is drawn with a share of 2 % is drawn with 5 % too, whatever else
 * arrives, and wherever it is asked.
 * @see Ohlsson (1995), Coordination of samples using permanent random numbers
 */
export const PLACE = "(md5_number_lower('review ' || i.inspection)::double / 18446744073709551616)";
