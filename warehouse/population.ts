/** Which parts an analysis is about: those inspected, within the scope that the question gives. */
import type {Scope} from './answers.ts';
import type {Session} from './duckdb.ts';
import {filteredParts} from './filter.ts';
import {prepareHistory} from './history.ts';
import {query} from './queries.ts';
import {QuestionError} from './question-error.ts';

/**
 * Makes temporary table `population`, which goes with the reading transaction: one row per inspected part in scope, with
 * `part, product, inspection, inspected_at, station, failed` of the inspection that counts.
 * @param step judge by the first valid inspection at this step instead of the first of all; `from` and `to` bound that one
 * @throws RangeError for a time that is none, and what the filter throws
 */
export async function createPopulation(session: Session, scope: Scope, step?: string): Promise<void> {
  await prepareHistory(session, 'subjects');
  const chosen = scope.where === undefined ? null : await filteredParts(session, scope.where);
  const judged =
    step === undefined
      ? 'select part, inspection, inspected_at, inspection_station as station, failed from subjects where inspection is not null'
      : `select part, inspection, inspected_at, station, failed from (${query('step-inspections')}) where step = $step`;
  await session.run(
    `create or replace temp table population as
     select j.part, s.product, j.inspection, j.inspected_at, j.station, j.failed
     from (${judged}) j
     join subjects s on s.part = j.part
     where ($product::varchar is null or s.product = $product)
       and ($from::timestamptz is null or j.inspected_at >= $from::timestamptz)
       and ($to::timestamptz is null or j.inspected_at < $to::timestamptz)
       ${chosen ? `and j.part in (${chosen.sql})` : ''}
     order by j.part`,
    {
      product: scope.product ?? null,
      from: timeOf('from', scope.from),
      to: timeOf('to', scope.to),
      ...(step === undefined ? {} : {step}),
      ...chosen?.bindings,
    },
  );
}

function timeOf(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (Number.isNaN(Date.parse(text))) throw new QuestionError(`${name} is not a time in ISO 8601: "${text}"`);
  return text;
}
