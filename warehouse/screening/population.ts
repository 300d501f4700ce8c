/** Who is asked about: the inspected parts of the question's scope, each with its outcome, lot and stratum. */
import type {ScreenQuestion} from '../answers.ts';
import {isDefect, mustBeDefect} from '../defects.ts';
import {quoteText, type Session} from '../duckdb.ts';
import {factorRelation} from '../factors.ts';
import {filterCondition, filteredParts, partsSpelledOut} from '../filter.ts';
import {QuestionError} from '../question-error.ts';
import {allOf, type Conditions, scopeConditions} from '../scope.ts';
import {FIRST_SELECTION} from './frame.ts';
import {inspectedParts} from './inspected-parts.ts';
import {whatIsLacking} from './lacking.ts';
import {shared} from './rank-codes.ts';

export interface Population {
  /** Parts asked about. */
  rows: number;
  /** By inspected part (in the order of `inspectedParts`); NaN = not asked about. */
  outcome: Float64Array;
  outcomeKind: 'defective' | 'numeric';
  outcomeLabel: string;
  defective: number;
  lots: number;
  lotsOrdered: boolean;
  cluster: 'lot' | 'part';
  notes: string[];
}

/** Makes temporary table `screened` (idx, part, id, outcome, lot_id, made_at, lot_at) out of the inspected parts, and reads it. */
export async function population(session: Session, question: ScreenQuestion): Promise<Population> {
  const inspected = await inspectedParts(session);
  const {conditions, bindings} = await scopeOf(session, question);
  const outcome = await outcomeOf(session, question);
  await session.run(
    `create or replace temp table screened as from (
       select s.idx, s.part, s.id, (${outcome.sql})::double as outcome, s.lot_id, s.made_at, s.lot_at
       from inspected_parts s where ${allOf(conditions)} and (${outcome.condition})
     ) where outcome is not null`,
    {...bindings, ...outcome.bindings},
  );
  const people = await readPopulation(session, question, inspected, outcome);
  const lacking = await whatIsLacking(session, question, people, {conditions, bindings});
  return {...people, notes: [...lacking, ...people.notes]};
}

async function readPopulation(
  session: Session,
  question: ScreenQuestion,
  inspected: number,
  {label, kind}: {label: string; kind: 'defective' | 'numeric'},
): Promise<Population> {
  const notes: string[] = [];
  const facts = await session.row<{rows: number; loose: number; lots: number; undated: number; defective: number}>(
    `select count(*) as rows, count(*) filter (lot_id is null) as loose, count(distinct lot_id) as lots,
       count(*) filter (lot_at is null) as undated, count(*) filter (outcome = 1) as defective from screened`,
  );
  const cluster = question.cluster ?? (facts.lots > 0 ? 'lot' : 'part');
  if (facts.rows > 0) notes.push(...clusterNotes(facts, cluster, question.cluster));
  if (facts.undated > 0) {
    notes.push('without times the order of lots is unknown: drifts and day effects cannot be told from causes');
  }
  notes.push('of a step that a part went through more than once, the last run that ended before the inspection counts');
  const [idx, outcomes] = await session.typed('select idx, outcome from screened');
  const outcome = shared(Float64Array, inspected).fill(Number.NaN);
  for (let k = 0; k < idx.length; k++) outcome[idx[k]] = outcomes[k];
  return {
    rows: facts.rows,
    outcome,
    outcomeKind: kind,
    outcomeLabel: label,
    defective: kind === 'defective' ? facts.defective : 0,
    lots: cluster === 'lot' ? facts.lots + facts.loose : facts.rows,
    lotsOrdered: facts.undated === 0,
    cluster,
    notes,
  };
}

function clusterNotes(
  {lots, loose, rows}: {lots: number; loose: number; rows: number},
  cluster: 'lot' | 'part',
  asked: 'lot' | 'part' | undefined,
): string[] {
  if (cluster === 'part') {
    return [
      asked === 'part'
        ? 'each part counts as independent, as asked: where parts of a lot share their fate, this claims too much'
        : 'no lots are known, so each part counts as independent: where parts share their fate, this claims too much',
    ];
  }
  if (lots === 0) return ['no lots are known: each part is its own lot'];
  return loose > 0 ? [`${loose} of ${rows} parts name no lot: each stands alone`] : [];
}

/**
 * SQL conditions over `s` (subjects) for product, window and filter, each with its words.
 * @param spelledOut so that the SQL can be run elsewhere; else its filters hold in this session alone
 */
export async function scopeOf(session: Session, question: ScreenQuestion, spelledOut = false): Promise<Conditions> {
  const {conditions, bindings} = await scopeConditions(session, {...question, where: undefined});
  // One selection alone is compared with everything else in scope.
  const alone = question.against !== undefined && question.where === undefined;
  const selections = alone ? [] : [question.where, question.against].filter(e => e !== undefined);
  const parts: string[] = [];
  for (const [k, expression] of selections.entries()) {
    if (spelledOut) {
      const filter = await partsSpelledOut(session, expression, `selection_${k}`);
      parts.push(`s.part in (${filter.sql})`);
      Object.assign(bindings, filter.bindings);
    } else parts.push((await filterCondition(session, expression)).sql);
  }
  if (parts.length > 0)
    conditions.push({sql: parts.join(' or '), words: `with ${selections.join(', or with ')}`, restricts: 'filter'});
  return {conditions, bindings};
}

/** SQL over `s` of the outcome (null = part not in the population); of two selections over temporary table `cases`, too. */
export async function outcomeOf(session: Session, question: ScreenQuestion) {
  const asked = [question.defect, question.anyFail || undefined, question.measurement].filter(a => a !== undefined);
  if (asked.length > 1) throw new QuestionError('ask for one outcome: a defect, any fail, or a measurement');
  if (question.against !== undefined) {
    if (asked.length > 0)
      throw new QuestionError('two selections are compared with each other: no other outcome applies');
    return againstOutcome(session, casesOf(question), question.against);
  }
  if (question.measurement !== undefined) {
    const {sql, kind} = await factorRelation(session, question.measurement);
    if (kind !== 'number') throw new QuestionError(`${question.measurement} is not a number`);
    return {
      sql: `(select value from (${sql}) o where o.part = s.part)`,
      condition: 'true',
      bindings: {},
      label: question.measurement,
      kind: 'numeric' as const,
    };
  }
  if (question.defect === undefined) {
    return {sql: 's.failed', condition: 'true', bindings: {}, label: 'any fail', kind: 'defective' as const};
  }
  await mustBeDefect(session, question.defect);
  return {
    sql: `s.failed and s.inspection in (select inspection from now.defects where ${isDefect(quoteText(question.defect))})`,
    condition: 'true',
    bindings: {},
    label: question.defect,
    kind: 'defective' as const,
  };
}

/** The filter of the first of two selections: one selection alone is compared with everything else. */
export const casesOf = ({where, against}: ScreenQuestion): string => where ?? `not (${against})`;

async function againstOutcome(session: Session, where: string, against: string) {
  await session.run(`create or replace temp table cases as ${await filteredParts(session, where)}`);
  await session.run(`create or replace temp table controls as ${await filteredParts(session, against)}`);
  const {both} = await session.row<{both: number}>(
    'select count(*) as both from cases c join controls r on r.part = c.part',
  );
  if (both > 0)
    throw new QuestionError(`${both} parts are in both selections: make --where and --against exclude each other`);
  return {
    sql: 's.part in (from cases)',
    condition: 'true',
    bindings: {},
    label: FIRST_SELECTION,
    kind: 'defective' as const,
  };
}
