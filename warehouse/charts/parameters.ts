/** Which columns of which step's table a chart or a capability study is about. */

import type {Session} from '../duckdb.ts';
import {nearNames} from '../near-names.ts';
import {QuestionError} from '../question-error.ts';
import {type StepTable, stepTables} from '../step-tables.ts';

export interface Source {
  table: Pick<StepTable, 'id'>;
  /** '' for measurements that name no step. */
  step: string;
  /** As asked: `<step>.<parameter>`, or bare. */
  names: string[];
  columns: string[];
}

/** How a parameter is asked for: `<step>.<parameter>`, bare without a step. */
export const parameterName = (step: string, parameter: string): string =>
  step === '' ? parameter : `${step}.${parameter}`;

/**
 * @param asked `<step>.<parameter>`, or a name that only one step has; several with commas
 * @throws QuestionError for an unknown parameter, or several that were not measured together
 */
export async function findParameters(session: Session, asked: string): Promise<Source> {
  const tables = await stepTables(session);
  const known = tables.flatMap(({id, step, parameters}) =>
    parameters.map(({parameter, column}) => ({id, step, parameter, column, name: parameterName(step, parameter)})),
  );
  // A name may hold a comma itself.
  const names = known.some(({parameter, name}) => asked === name || asked === parameter) ? [asked] : asked.split(',');
  const found = names.map(text => {
    const name = text.trim();
    const exact = known.filter(k => k.name === name);
    const matches = exact.length > 0 ? exact : known.filter(k => k.parameter === name);
    if (matches.length === 1) return matches[0];
    if (matches.length > 1) {
      const each = matches.map(k => k.name).join(' or ');
      throw new QuestionError(`${name} is measured at several steps: ask for ${each}`);
    }
    throw unknown(
      name,
      known.map(k => k.name),
    );
  });
  if (new Set(found.map(f => f.id)).size > 1)
    throw new QuestionError('parameters of one chart must be measured at one step');
  return {
    table: {id: found[0].id},
    step: found[0].step,
    names: found.map(f => f.name),
    columns: found.map(f => f.column),
  };
}

/** @throws QuestionError as `findParameters`, and for several */
export async function findParameter(session: Session, asked: string): Promise<Source> {
  const source = await findParameters(session, asked);
  if (source.columns.length === 1) return source;
  throw new QuestionError(`${asked} are ${source.columns.length} parameters, and one is asked for`, {
    hint: 'a chart of several at once is t2',
  });
}
const NAMED = 8;

function unknown(name: string, known: readonly string[]): QuestionError {
  if (name === 'any-fail') {
    return new QuestionError(
      'any-fail is counted, not measured: it goes on charts of kind p, np, c, u, laney-p or laney-u',
    );
  }
  if (known.length === 0) return new QuestionError(`no parameter "${name}" is measured: no measurements are loaded`);
  const near = nearNames(name, known);
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : '';
  const there =
    near.length > 0 ? `near it: ${near.join(', ')}` : `there are ${known.slice(0, NAMED).join(', ')}${more}`;
  return new QuestionError(`no parameter "${name}" is measured; ${there}`);
}
