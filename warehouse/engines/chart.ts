/** Control charts over all plants: points by the engine, everything else where charts of one plant have it. */
import type {ChartQuestion} from '../chart-answers.ts';
import {judged} from '../charts/chart.ts';
import type {Chartable} from '../charts/chartable.ts';
import {COUNTED, countedChart} from '../charts/counted-chart.ts';
import {isSingle, measuredChart} from '../charts/measured-chart.ts';
import {stagesOf} from '../charts/stages.ts';
import {QuestionError} from '../question-error.ts';
import type {CompanyChart} from './answers.ts';
import type {Asking, Company} from './company.ts';
import {countedPoints} from './counted.ts';
import {singlesOf, subgroupsOf} from './measured.ts';

/**
 * As `chart` of one plant, with subgroups by lot, hour or so many in a row, never of two plants. Baselines that a plant froze
 * are its own: lines are estimated anew.
 * @throws QuestionError, among others for what an engine is not asked for: t2, stages, subgroups by shift; EngineError
 */
export async function companyChart(
  company: Company,
  question: Omit<ChartQuestion, 'asOf'>,
  signal?: AbortSignal,
): Promise<CompanyChart> {
  if (question.kind === 't2')
    throw new QuestionError('a t2 chart is not asked of an engine', {hint: 'ask at the plant'});
  if (question.stages !== undefined)
    throw new QuestionError('stages are not asked of an engine', {hint: 'ask at the plant, or for a baseline'});
  const {chart, by} = await opened(company.asking(signal), question);
  const stages = stagesOf(question, chart, {starts: null, frozen: []});
  const {parameter, kind} = question;
  const answer = judged(question, chart, stages);
  return {parameter, kind, subgroup: by, ...answer, notes: [...company.notes, ...answer.notes]};
}

async function opened(asking: Asking, question: ChartQuestion) {
  if (COUNTED.has(question.kind)) {
    const points = await countedPoints(asking, question);
    return {chart: countedChart(question, points) as Chartable, by: points.by};
  }
  if (!isSingle(question)) {
    const points = await subgroupsOf(asking, question);
    return {chart: measuredChart(question, points.subgroups, points), by: points.by};
  }
  const {values, ...places} = await singlesOf(asking, question, false);
  const singles = Array.from(values, mean => ({n: 1, mean, range: 0, deviation: Number.NaN}));
  return {chart: measuredChart(question, singles, places), by: 1 as const};
}
