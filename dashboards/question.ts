/**
 * The question is the address: product, window, outcome, filter and data position live in the URL, so that a link opened
 * later asks the same thing. Names are those of the command line's flags in camelCase.
 */
import {useMemo} from 'react';
import {useSearchParams} from 'wouter';
import type {ParetoQuestion, Scope, ScreenQuestion} from '../api/schemas.ts';

const SCOPE_NAMES = ['product', 'from', 'to', 'where', 'asOf'] as const;
/** What else a question of screening may say. */
const SCREEN_NAMES = ['defect', 'measurement', 'against', 'cluster', 'strata'] as const;
/** What stays in the address when one goes from place to place. */
const CARRIED = [...SCOPE_NAMES, ...SCREEN_NAMES] as const;

/** The question that an address asks; what it does not name is not restricted. */
export function scopeOf(params: URLSearchParams): Scope {
  const scope: Scope = {};
  for (const name of ['product', 'from', 'to', 'where'] as const) {
    const value = params.get(name);
    if (value) scope[name] = value;
  }
  const asOf = params.get('asOf');
  if (asOf !== null && /^\d+$/.test(asOf)) scope.asOf = Number(asOf);
  return scope;
}

/** The outcome is a defect code, a measurement, two selections against each other, or any fail when the address names none. */
export function screenQuestionOf(params: URLSearchParams): ScreenQuestion {
  const question: ScreenQuestion = {...scopeOf(params), ...outcomeOf(params)};
  const given = params.get('given');
  if (given) question.given = given;
  const cluster = params.get('cluster');
  if (cluster === 'lot' || cluster === 'part') question.cluster = cluster;
  // Named and empty: no strata at all.
  const strata = params.get('strata');
  if (strata !== null) question.strata = strata.split(',').filter(name => name !== '');
  return question;
}

function outcomeOf(params: URLSearchParams): Pick<ScreenQuestion, 'defect' | 'measurement' | 'against' | 'anyFail'> {
  for (const name of ['defect', 'measurement', 'against'] as const) {
    const value = params.get(name);
    if (value) return {[name]: value};
  }
  return {anyFail: true};
}

/** The outcome in words. */
function outcomeWords(params: URLSearchParams): string {
  const {defect, measurement, against} = outcomeOf(params);
  if (against) return params.get('where') ? 'selected parts' : `other than ${against}`;
  return defect ?? measurement ?? 'any fail';
}

/** What names of an address become: null or empty takes one away, a list says it several times. */
type Changes = Record<string, string | number | readonly string[] | null>;

/** The same address with some names set, or removed where the value is null or empty. */
export function withParams(params: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else if (typeof value === 'object') {
      next.delete(name);
      for (const one of value) next.append(name, one);
    } else next.set(name, String(value));
  }
  return next;
}

/** A link to another place that keeps the question and drops what belongs to this page alone. */
export function placeHref(path: string, params: URLSearchParams, changes: Changes = {}): string {
  const carried = new URLSearchParams();
  for (const name of CARRIED) {
    const value = params.get(name);
    if (value !== null && (value !== '' || name === 'strata')) carried.set(name, value);
  }
  const query = withParams(carried, changes).toString();
  return query ? `${path}?${query}` : path;
}

/** A value quoted as the filter language wants it, added to what the filter already says. */
export function narrowed(where: string | null, factor: string, level: string): string {
  const term = level === MISSING ? `${factor} is missing` : `${factor} = '${level.replaceAll("'", "''")}'`;
  return where ? `(${where}) and ${term}` : term;
}

/** One step from a bar to what it is made of: what was broken down, and the bar that was chosen. */
export interface DrillStep {
  by: string;
  key: string;
}

/** The way down that an address says: `drill=defect:scratch&drill=product:HX-100`. */
export const drillOf = (params: URLSearchParams): DrillStep[] =>
  params.getAll('drill').map(text => {
    const at = text.indexOf(':');
    return {by: text.slice(0, Math.max(0, at)), key: text.slice(at + 1)};
  });

/** The same address further down or up. @param by what is broken down there; null for what is usual */
export function withDrill(params: URLSearchParams, drill: readonly DrillStep[], by: string | null): URLSearchParams {
  const next = withParams(params, {drill: null, bar: null, by});
  for (const step of drill) next.append('drill', `${step.by}:${step.key}`);
  return next;
}

/** What a question holds fixed at the end of the way: a defect, a product, levels of factors. */
export function drilled(scope: Scope, drill: readonly DrillStep[]): Scope & {defect?: string} {
  const question: Scope & {defect?: string} = {...scope};
  for (const {by, key} of drill) {
    if (by === 'defect') question.defect = key;
    else if (by === 'product' && key !== MISSING) question.product = key;
    else question.where = narrowed(question.where ?? null, FACTORS[by] ?? by, key);
  }
  return question;
}

/** The filter of exactly the parts at the end of the way. */
export const drilledFilter = (drill: readonly DrillStep[]): string | null =>
  drill.reduce<string | null>((where, {by, key}) => narrowed(where, FACTORS[by] ?? by, key), null);

const MISSING = '(missing)';
const FACTORS: Record<string, string> = {
  defect: 'inspection.defect',
  product: 'part.product',
  station: 'inspection.station',
};

/** With what the Pareto is compared; empty without. */
export function comparedWith(params: URLSearchParams): Pick<ParetoQuestion, 'against' | 'againstFrom' | 'againstTo'> {
  const side: Pick<ParetoQuestion, 'against' | 'againstFrom' | 'againstTo'> = {};
  for (const name of ['against', 'againstFrom', 'againstTo'] as const) {
    const value = params.get(name);
    if (value) side[name] = value;
  }
  return side;
}

export function queryString(values: Record<string, string | number | boolean | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text ? `?${text}` : '';
}

export function useQuestion() {
  const [params, setParams] = useSearchParams();
  return useMemo(
    () => ({
      params,
      scope: scopeOf(params),
      question: screenQuestionOf(params),
      outcome: outcomeWords(params),
      /** Changes the address; small moves on a page replace the entry, new questions add one. */
      change: (changes: Changes, {replace = false} = {}) =>
        setParams(current => withParams(current, changes), {replace}),
      href: (path: string, changes: Changes = {}) => placeHref(path, params, changes),
    }),
    [params, setParams],
  );
}
