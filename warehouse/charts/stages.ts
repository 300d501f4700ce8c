import type {ChartQuestion} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {momentOf} from '../moment.ts';
import {QuestionError} from '../question-error.ts';
import {enough, firstFrom, pointsWithin, spanOf} from './baseline.ts';
import type {Baseline, Chartable, Lines, Range} from './chartable.ts';
import type {Frozen} from './frozen.ts';
import {findParameters} from './parameters.ts';

/** Consecutive points that are judged by the same lines. */
export interface Stage extends Range {
  lines: Lines;
  /** The points that the lines were estimated from; none where they were frozen. */
  estimatedFrom: Range;
  baseline: Baseline;
}

/**
 * By stages that are asked for, each with lines of its own; else by the baselines that were frozen for these points; else
 * one stage with the lines of the baseline asked for, or of all points.
 * @throws QuestionError for too few points, or stages and a baseline at once
 */
export function stagesOf(
  question: ChartQuestion,
  chart: Chartable,
  {starts, frozen}: {starts: readonly number[] | null; frozen: readonly Frozen[]},
): Stage[] {
  const {began} = chart;
  if (starts !== null) {
    if (question.baseline !== undefined) {
      throw new QuestionError('stages have limits of their own, and a baseline gives one set to all', {
        hint: 'ask for the one or the other',
      });
    }
    return split(began, starts).map(({from, to}, k, all) => {
      const where = all.length === 1 ? '' : ` in stage ${k + 1} of ${all.length}`;
      enough(to - from, chart.least, where);
      const range = {from, to};
      return {...range, lines: chart.estimate(range), estimatedFrom: range, baseline: anew(chart, range)};
    });
  }
  if (question.baseline === undefined && frozen.length > 0) {
    const since = frozen.slice(1).map(({validFrom}) => Date.parse(validFrom));
    return split(began, since, true).map(({from, to, k}) => {
      const {lines, window, id, version, validFrom, reason, by, at} = frozen[k];
      const baseline = {...window, frozen: {id, version, validFrom, reason, by, at}};
      return {from, to, lines, estimatedFrom: {from: 0, to: 0}, baseline};
    });
  }
  const range = pointsWithin(chart, question.baseline);
  return [
    {from: 0, to: began.length, lines: chart.estimate(range), estimatedFrom: range, baseline: anew(chart, range)},
  ];
}

const anew = (chart: Chartable, range: Range): Baseline => ({...spanOf(chart, range), frozen: null});

/** Points without a time come last and belong to the last stage. `k` counts the stages, empty ones too. */
function split(began: Float64Array, starts: readonly number[], mayBeEmpty = false) {
  const bounds = starts.map(start => firstFrom(began, start));
  const stages = [0, ...bounds].map((from, k) => ({from, to: bounds[k] ?? began.length, k}));
  return mayBeEmpty ? stages.filter(({from, to}) => to > from) : stages;
}

/**
 * When stages begin, in ms and in order; null where none are asked for.
 * @throws QuestionError for what is no time, or an event that never happened at a station of the step
 */
export async function stageStarts(session: Session, question: ChartQuestion): Promise<number[] | null> {
  const {stages} = question;
  if (stages === undefined) return null;
  if (!stages.startsWith('event:')) {
    return stages
      .split(',')
      .map(text => {
        const time = momentOf(text);
        if (Number.isNaN(time))
          throw new QuestionError(
            `stages begin at times in ISO 8601, with commas, or at event:<kind>: "${text}" is neither`,
          );
        return time;
      })
      .sort((a, b) => a - b);
  }
  const kind = stages.slice('event:'.length);
  const {step} = await findParameters(session, question.parameter);
  const rows = await session.rows<{at: number}>(
    `select distinct epoch_ms(e."at")::double as "at" from now.events e
     where e.kind = $kind and e.station in (select station from now.operations where step = $step
       union select station from now.stations where step = $step) order by 1`,
    {kind, step},
  );
  if (rows.length > 0) return rows.map(({at}) => at);
  const kinds = await session.rows<{kind: string}>('select distinct kind from now.events order by kind');
  throw new QuestionError(
    `no event of kind "${kind}" is known at a station of step ${step || '(none)'}${kinds.length > 0 ? `; there are events of kind ${kinds.map(k => k.kind).join(', ')}` : ': no events are loaded'}`,
  );
}
