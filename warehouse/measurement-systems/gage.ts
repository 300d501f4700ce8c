/** Gage R&R: how much of what a gage shows comes from the gage and those who use it. */
import {findParameter} from '../charts/parameters.ts';
import {quoteName, quoteText, type Session} from '../duckdb.ts';
import {prepareHistory} from '../history.ts';
import type {GageAnswer, GageQuestion} from '../msa-answers.ts';
import {QuestionError} from '../question-error.ts';
import {allOf, scopeConditions} from '../scope.ts';
import {specLimits} from '../spec-limits.ts';
import type {Warehouse} from '../store.ts';
import {analyse} from './analysis.ts';
import {gagePlots} from './plots.ts';
import {arrange, completeSubset, type Measurement} from './study.ts';

/**
 * Gage R&R by analysis of variance, crossed or, where each part was measured by one appraiser, nested. All runs of a part
 * count; the appraiser is who did the operation of the same part, step and run. The interaction is pooled with repeatability
 * where its p is above 0.25.
 * @throws QuestionError for what is no balanced study, with what it lacks, and what the filter throws
 * @see AIAG (2010), Measurement Systems Analysis, 4th ed., chapter III-B and appendix A
 */
export async function gage(warehouse: Warehouse, question: GageQuestion): Promise<GageAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const {measurements, notes, product, newest} = await read(session, question);
    const used = question.balancedSubset ? completeSubset(measurements) : measurements;
    const study = arrange(used);
    if (used.length < measurements.length)
      notes.push(
        `only the balanced subset is analysed, as asked: ${measurements.length - used.length} of ${measurements.length} values are left out`,
      );
    const spec = await specLimits(session, {...question, product: question.product ?? product}, newest);
    const {limits} = spec;
    const {lsl, usl} = limits;
    const analysis = analyse(study, limits, question.keepInteraction ?? false);
    return {
      asOf,
      parameter: question.parameter,
      lsl,
      usl,
      ...analysis,
      plots: question.plots ? gagePlots(study) : null,
      notes: [...notes, ...spec.notes, ...analysis.notes],
    };
  });
}

interface Row extends Record<string, unknown> {
  part: string;
  product: string | null;
  appraiser: string | null;
  appraisers: number;
  value: number;
  is_number: boolean;
  at: string | null;
}

/** Values with their appraisers, in order of part and run. */
async function read(session: Session, question: GageQuestion) {
  const {table, step, columns} = await findParameter(session, question.parameter);
  const by = question.appraiser ?? 'operator';
  await prepareHistory(session, 'subjects');
  const {conditions, bindings} = await scopeConditions(session, question);
  const rows = await session.rows<Row>(
    `select s.id as part, s.product, o.appraiser, coalesce(o.appraisers, 0)::integer as appraisers, m.${columns[0]} as value,
       isfinite(m.${columns[0]}) as is_number, strftime(coalesce(m.measured_at, o.started_at), '%Y-%m-%dT%H:%M:%SZ') as "at"
     from now.step_${table.id} m
     join subjects s on s.part = m.part
     left join (
       select part, run, min(${quoteName(by)}) as appraiser, count(distinct ${quoteName(by)}) as appraisers,
         min(started_at) as started_at
       from now.operations where part is not null and step = ${quoteText(step)} group by all
     ) o on o.part = m.part and o.run = m.run
     where m.${columns[0]} is not null and ${allOf(conditions)}
     order by s.id, m.run`,
    bindings,
  );
  if (rows.length === 0)
    throw new QuestionError(`there are no values of ${question.parameter} in this scope`, {
      hint:
        question.from !== undefined || question.to !== undefined
          ? 'from and to bound the first inspection of a part, and parts of a study are often never inspected: use --where'
          : undefined,
    });
  const usable = rows.filter(({is_number, appraisers}) => is_number && appraisers === 1);
  const notes = leftOut(rows, by, question.balancedSubset ?? false);
  const products = new Set(usable.map(({product}) => product));
  return {
    measurements: usable.map(({part, appraiser, value}): Measurement => ({part, appraiser: appraiser!, value})),
    notes,
    product: products.size === 1 ? ([...products][0] ?? undefined) : undefined,
    newest: rows.reduce<string | null>(
      (latest, {at}) => (at !== null && (latest === null || at > latest) ? at : latest),
      null,
    ),
  };
}

/** Values that no analysis can use: a reason to refuse, unless only what is complete was asked for. */
function leftOut(rows: readonly Row[], by: string, subset: boolean): string[] {
  const all = rows.length;
  const of = (what: (row: Row) => boolean) => rows.filter(what).length;
  const reasons = [
    [of(row => row.is_number && row.appraisers === 0), `name no ${by}`],
    [of(row => row.is_number && row.appraisers > 1), `have several ${by}s for one part, step and run`],
    [of(row => !row.is_number), 'are beyond what the gage can show (qualifier < or >)'],
  ] as const;
  const found = reasons.filter(([count]) => count > 0).map(([count, why]) => `${count} of ${all} values ${why}`);
  if (found.length > 0 && !subset)
    throw new QuestionError(found.join('; '), {
      hint: `each value needs an operations row of the same part, step and run that names its ${by}; --balanced-subset leaves others out`,
    });
  return found.map(reason => `${reason}: left out`);
}
