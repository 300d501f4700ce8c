/** Bias and linearity: how far off a gage is from reference parts, and whether that changes with their size. */
import {findParameter, parameterName} from '../charts/parameters.ts';
import {counted} from '../counted.ts';
import type {Session} from '../duckdb.ts';
import {prepareHistory} from '../history.ts';
import type {LinearityAnswer, LinearityQuestion} from '../msa-answers.ts';
import {QuestionError} from '../question-error.ts';
import {allOf, scopeConditions} from '../scope.ts';
import type {Warehouse} from '../store.ts';
import {biasOf, meanOf, type ReferencePart} from './bias.ts';

/**
 * All runs of a part at the parameter's own step are measurements of the gage under study; the mean of its runs at the step of
 * reference, where for example a laboratory measured the same parameter, is its reference value.
 * @throws QuestionError for what is no study, with what it lacks, and what the filter throws
 * @see AIAG (2010), Measurement Systems Analysis, 4th ed., chapter III-B, sections on bias and linearity
 */
export async function linearity(warehouse: Warehouse, question: LinearityQuestion): Promise<LinearityAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const rows = await read(session, question);
    const {parts, notes} = referenceParts(rows, question);
    const study = biasOf(parts, question.processVariation ?? null, question.plots);
    return {
      asOf,
      parameter: question.parameter,
      reference: question.reference,
      ...study,
      notes: [...notes, ...study.notes],
    };
  });
}

interface Row extends Record<string, unknown> {
  part: string;
  value: number;
  is_number: boolean;
  is_reference: boolean;
}

async function read(session: Session, question: LinearityQuestion): Promise<Row[]> {
  const studied = await findParameter(session, question.parameter);
  if (studied.step === question.reference)
    throw new QuestionError(`${studied.names[0]} cannot be its own reference`, {
      hint: 'the reference is another step at which the same parameter of the same parts was measured',
    });
  const [name] = studied.names;
  const bare = studied.step === '' ? name : name.slice(studied.step.length + 1);
  const reference = await findParameter(session, parameterName(question.reference, bare));
  await prepareHistory(session, 'subjects');
  const {conditions, bindings} = await scopeConditions(session, question);
  const values = ({table, columns: [column]}: typeof studied, isReference: boolean) =>
    `select s.id as part, m.run, m.${column} as value, isfinite(m.${column}) as is_number, ${isReference} as is_reference
     from now.step_${table.id} m join subjects s on s.part = m.part
     where m.${column} is not null and ${allOf(conditions)}`;
  return session.rows<Row>(
    `${values(studied, false)} union all ${values(reference, true)} order by part, is_reference, run`,
    bindings,
  );
}

const SHOWN = 10;

/** @throws QuestionError where values cannot be used, or a part was measured once */
function referenceParts(rows: readonly Row[], {parameter, reference, from, to}: LinearityQuestion) {
  const beyond = rows.filter(row => !row.is_number).length;
  if (beyond > 0)
    throw new QuestionError(
      `${beyond} of ${rows.length} values are beyond what was used to measure them can show (qualifier < or >)`,
      {hint: 'their bias cannot be told: leave out their parts with --where'},
    );
  const valuesOf = (isReference: boolean) => {
    const byPart = new Map<string, number[]>();
    for (const {part, value, is_reference} of rows)
      if (is_reference === isReference) byPart.set(part, [...(byPart.get(part) ?? []), value]);
    return byPart;
  };
  const [studied, references] = [valuesOf(false), valuesOf(true)];
  const parts = [...studied].flatMap(([part, values]): ReferencePart[] => {
    const known = references.get(part);
    return known === undefined ? [] : [{part, values, reference: meanOf(known), referenceValues: known.length}];
  });
  if (parts.length === 0)
    throw new QuestionError(`no part in this scope has values of ${parameter} and a reference value at ${reference}`, {
      hint:
        from !== undefined || to !== undefined
          ? 'from and to bound the first inspection of a part, and reference parts are often never inspected: use --where'
          : undefined,
    });
  const once = parts.filter(({values}) => values.length < 2).map(({part}) => part);
  if (once.length > 0)
    throw new QuestionError(
      `${once.length} of ${parts.length} parts with a reference value were measured once: ${once.slice(0, SHOWN).join(', ')}${once.length > SHOWN ? ' and more' : ''}`,
      {hint: 'each part of a study is measured at least twice, each time as a run of its own; pick them with --where'},
    );
  return {parts, notes: leftOut(studied, references, reference)};
}

function leftOut(
  studied: ReadonlyMap<string, number[]>,
  references: ReadonlyMap<string, number[]>,
  step: string,
): string[] {
  const without = [...studied].filter(([part]) => !references.has(part));
  const values = without.reduce((sum, [, {length}]) => sum + length, 0);
  const unused = [...references.keys()].filter(part => !studied.has(part)).length;
  return [
    ...(without.length > 0
      ? [
          `left out: ${counted(values, 'value')} of ${counted(without.length, 'part')} without a reference value at ${step}`,
        ]
      : []),
    ...(unused > 0 ? [`not measured by the gage under study: ${counted(unused, 'part')} with a reference value`] : []),
  ];
}
