import type {Sheet} from '../../warehouse/sheet.ts';
import type {Draft} from './draft.ts';
import type {Answers, Question} from './evidence.ts';
import type {Seen} from './look.ts';
import type {Held, Roles} from './roles.ts';
import {answerOf, resultOf} from './vocabulary.ts';

type Verdict = 'pass' | 'fail' | 'error';

/** What each code of a result column means; a code that does not say it by itself is asked. */
export function resultCodes(
  {seen}: Held,
  answers: Answers,
): {values: Record<string, Verdict>; questions: Question[]; clash?: string} {
  const values: Record<string, Verdict> = {};
  const questions: Question[] = [];
  const {column} = seen.profile;
  if (!seen.profile.values)
    return {
      values,
      questions,
      clash: `column "${column}" has ${seen.profile.distinct} different texts: no codes of a result`,
    };
  for (const {value, rows, line} of seen.profile.values) {
    if (seen.missing.includes(value)) continue;
    const answer = answers[`result.${value}`];
    const known =
      answer === 'pass' || answer === 'fail' || answer === 'error'
        ? answer
        : (resultOf(value) ?? answerOf(value, seen.words));
    if (known) values[value] = known;
    else
      questions.push({
        key: `result.${value}`,
        ask: `what does "${value}" in column "${column}" mean?`,
        why: `${rows} of ${seen.filled} records, the first on line ${line}; neither the code nor the header says it`,
        options: [
          {answer: 'pass', means: 'the part is good'},
          {answer: 'fail', means: 'the part is bad'},
          {answer: 'error', means: 'the inspection itself failed'},
        ],
      });
  }
  return {values, questions};
}

const NO_DEFECT = /^(none|no|no ?(defect|fault|failure)|ok|i\.?o\.?|kein\w*|ohne|fehlerfrei|0|-)$/i;

/** Adds what a column of defect codes says. @returns questions, and codes that say "no defect" */
export async function addDefects(
  draft: Draft,
  sheet: Sheet,
  {defect, result}: Roles,
  verdicts: Record<string, Verdict>,
  inspection: unknown,
  answers: Answers,
): Promise<{questions: Question[]; none: string[]}> {
  if (!defect) return {questions: [], none: []};
  const {profile, missing} = defect.seen;
  const {column} = profile;
  const values = profile.values?.filter(({value}) => !missing.includes(value)) ?? null;
  const codesOf = (verdict: Verdict) => Object.keys(verdicts).filter(code => verdicts[code] === verdict);
  const none: string[] = [];
  for (const {value} of values ?? []) {
    const {of, both} = result
      ? await sheet.together(column, value, result.seen.profile.column, codesOf('pass'))
      : {of: 1, both: 0};
    if (of === both || NO_DEFECT.test(value)) none.push(value);
  }
  const answer = answers['defect.none'];
  if (answer !== undefined && answer !== 'never') none.splice(0, none.length, answer);
  if (answer === 'never') none.length = 0;
  const isNeverMissing = defect.seen.filled === profile.rows;
  if (!result && answer === undefined && none.length === 0 && isNeverMissing)
    return {
      none,
      questions: [
        {
          key: 'defect.none',
          ask: `which text in column "${column}" says that there is no defect?`,
          why: `no column is a result, and each of ${profile.rows} records has a text here`,
          options: [
            {answer: 'never', means: 'none of them: every record tells of a defect'},
            ...(values ?? []).slice(0, 20).map(({value, rows}) => ({answer: value, means: `${rows} records`})),
          ],
        },
      ],
    };
  const at = ['tables', 'defects'];
  const {evidence} = defect;
  const rest = (values ?? []).map(({value}) => value).filter(value => !none.includes(value));
  const fails = codesOf('fail');
  const filledFails = result ? await filledAmong(sheet, result.seen, fails, defect.seen, none) : false;
  if (result && filledFails)
    draft.set(
      [...at, 'only'],
      {[result.seen.profile.column]: fails},
      {confidence: 0.8, why: 'each record that fails names a defect'},
    );
  else if (none.length > 0)
    draft.set(
      [...at, 'only'],
      {[column]: rest},
      {confidence: 0.6, why: `without ${none.map(n => `"${n}"`).join(', ')}; add codes that come later`},
    );
  else if (!isNeverMissing)
    draft.set([...at, 'present'], [column], {confidence: 0.8, why: 'records without a text have no defect'});
  draft.set([...at, 'inspection'], inspection);
  draft.set([...at, 'defect'], column, evidence);
  return {questions: [], none};
}

/** Whether each record that fails names a defect. */
async function filledAmong(
  sheet: Sheet,
  result: Seen,
  fails: readonly string[],
  defect: Seen,
  none: readonly string[],
): Promise<boolean> {
  const empty = [...none, ...defect.missing, ''];
  for (const code of fails) {
    const {both} = await sheet.together(result.profile.column, code, defect.profile.column, empty);
    if (both > 0) return false;
  }
  return fails.length > 0;
}

/** Less likely than this by chance, a column that is 1 only where the result is bad is a defect. */
const CHANCE = 0.001;

/** Columns of 0 and 1 that are 1 only where the record fails: each a defect of its own. @returns them */
export async function addFlags(
  draft: Draft,
  sheet: Sheet,
  seen: readonly Seen[],
  result: Held | undefined,
  verdicts: Record<string, Verdict>,
  inspection: unknown,
): Promise<Seen[]> {
  const fails = Object.keys(verdicts).filter(code => verdicts[code] === 'fail');
  if (!result || fails.length === 0 || draft.has('defects')) return [];
  const {values, rows} = result.seen.profile;
  const share = (values ?? []).filter(({value}) => fails.includes(value)).reduce((sum, v) => sum + v.rows, 0) / rows;
  const flags: Seen[] = [];
  for (const one of seen) {
    const texts = one.profile.values?.map(({value}) => value) ?? [];
    if (!texts.includes('1') || texts.some(text => text !== '0' && text !== '1')) continue;
    const {of, both} = await sheet.together(one.profile.column, '1', result.seen.profile.column, fails);
    if (both < of || share ** of > CHANCE) continue;
    const {column} = one.profile;
    const at = ['tables', 'defects', flags.length];
    draft.set(
      [...at, 'only'],
      {[column]: '1'},
      {confidence: 0.85, why: `"${column}" is 1 in ${of} records, and all of them fail`},
    );
    draft.set([...at, 'inspection'], inspection);
    draft.set([...at, 'defect'], {constant: column});
    flags.push(one);
  }
  return flags;
}
