import {MISSING} from '../levels.ts';
import {QuestionError} from '../question-error.ts';
import type {Asking} from './company.ts';
import {factorCalled, relationOf} from './factors.ts';

/**
 * SQL of a relation (plant, part, key): the group of every part in scope, '(missing)' where it has none, '' where all are one.
 * @param by 'product', 'station' (where the part was inspected), 'plant', or a factor whose values are names
 * @throws QuestionError for a factor that is not known, or whose values are numbers, which engines write in ways of their own
 */
export async function levels(asking: Asking, people: string, by: string | undefined): Promise<string> {
  const of = (key: string, from: string) => `(select s.plant as plant, s.part as part, ${key} as key from ${from})`;
  if (by === undefined) return of("''", `${people} s`);
  const factor = await factorCalled(asking, by === 'station' ? 'inspection.station' : by);
  if (factor.kind === 'number')
    throw new QuestionError(`${by} is a number: an engine is asked for groups by name`, {
      hint: 'ask at the plant, or chart it',
    });
  const keyed = (value: string) => `coalesce(${factor.isOfPlant ? asking.named('s', value) : value}, '${MISSING}')`;
  if (factor.column !== null) return of(keyed(`s.${factor.column}`), `${people} s`);
  const value = relationOf(asking, factor);
  return of(keyed('v.value'), `${people} s left join ${value} v on v.plant = s.plant and v.part = s.part`);
}
