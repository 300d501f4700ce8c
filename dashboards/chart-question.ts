/** What an address says about a control chart, beside its scope; what makes no sense is left to the server's words. */
import type {ChartKind, ChartQuestion} from '../api/schemas.ts';
import {scopeOf} from './question.ts';

/** Of a chart alone: dropped when one goes to another. */
const NUMBERS = ['lambda', 'width', 'k', 'h'] as const;
const TEXTS = ['sigma', 'baseline', 'rules', 'stages'] as const;

/** More points than this are more than a screen has room for. */
export const MOST_POINTS = 2000;

/** @param usual the kind where the address names none */
export function chartQuestionOf(parameter: string, params: URLSearchParams, usual: ChartKind): ChartQuestion {
  const question: Record<string, unknown> = {...scopeOf(params), parameter, kind: params.get('kind') || usual};
  const subgroup = params.get('subgroup');
  if (subgroup) question.subgroup = /^\d+$/.test(subgroup) ? Number(subgroup) : subgroup;
  for (const name of TEXTS) {
    const text = params.get(name);
    if (text) question[name] = text;
  }
  for (const name of NUMBERS) {
    const text = params.get(name);
    if (text) question[name] = Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return question as ChartQuestion;
}

/** The question of the chart beside it: the same points and limits, rules as they are usual for it. */
export function companionQuestion(question: ChartQuestion, kind: ChartKind): ChartQuestion {
  const {rules: _rules, sigma, ...same} = question;
  return {...same, kind, ...(kind === 'mr' || sigma === 'mr' ? {} : {sigma})};
}

/** What a baseline is frozen with: the points and how limits come about, without the window that is looked at. */
export function freezingOf(question: ChartQuestion, baseline: string): Omit<ChartQuestion, 'asOf' | 'from' | 'to'> {
  const {asOf: _asOf, from: _from, to: _to, stages: _stages, rules: _rules, last: _last, ...points} = question;
  return {...points, baseline};
}
