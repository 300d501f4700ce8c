/** The inspection steps that there are: the route, in the order in which parts come to it, and places of rework. */
import type {Session} from './duckdb.ts';
import {prepareHistory} from './history.ts';

export interface Route {
  route: string[];
  rework: string[];
}

/**
 * Makes `step_firsts` and `inspection_steps` (of the history), for the whole plant: what is rework does not depend on the parts
 * that somebody asks about.
 */
export async function readRoute(session: Session): Promise<Route> {
  await prepareHistory(session, 'subjects', 'step_firsts', 'inspection_steps');
  const steps = await session.rows<{step: string; rework: boolean}>('from inspection_steps order by step');
  const rework = steps.filter(s => s.rework).map(s => s.step);
  const route = steps.filter(s => !s.rework).map(s => s.step);
  if (route.length < 2) return {route, rework};
  await prepareHistory(session, 'step_pairs');
  return {route: inOrder(route, await session.rows<StepPair>('from step_pairs')), rework};
}

export interface StepPair extends Record<string, unknown> {
  earlier: string;
  later: string;
  parts: number;
}

/** Steps so that of each two the one to which most parts came first stands first; where products disagree, the least bad. */
export function inOrder(steps: readonly string[], pairs: readonly StepPair[]): string[] {
  const parts = new Map(pairs.map(pair => [`${pair.earlier}\n${pair.later}`, pair.parts]));
  const lead = (a: string, b: string) => (parts.get(`${a}\n${b}`) ?? 0) - (parts.get(`${b}\n${a}`) ?? 0);
  const left = steps.toSorted();
  const ordered: string[] = [];
  while (left.length > 0) {
    const ahead = left.map(step => left.filter(other => lead(other, step) > 0).length);
    ordered.push(...left.splice(ahead.indexOf(Math.min(...ahead)), 1));
  }
  return ordered;
}
