/** Defects as questions name them: a code, or a group of codes. */
import type {Session} from './duckdb.ts';
import {QuestionError} from './question-error.ts';

/** SQL condition on a column `defect`: the code asked for, or any code of the group. @param asked SQL of the name */
export function isDefect(asked: string): string {
  return `(defect = ${asked} or defect in (select defect from now.defect_codes where "group" = ${asked}))`;
}

const SHOWN = 20;

/** @param besides what else may be asked for. @throws QuestionError for a name that is neither a code nor a group, with those that are */
export async function mustBeDefect(session: Session, defect: string, besides?: string): Promise<void> {
  const rows = await session.rows<{defect: string; isCode: boolean}>(
    `select defect, true as "isCode" from now.defects union select defect, true from now.found_defects union select defect, true from now.defect_codes
     union select "group", false from now.defect_codes where "group" is not null
     order by 2 desc, 1`,
  );
  if (rows.some(row => row.defect === defect)) return;
  const codes = rows.filter(({isCode}) => isCode).map(row => row.defect);
  const instead = [...codes.slice(0, SHOWN), ...(besides === undefined ? [] : [besides])];
  const there = instead.length > 0 ? `; there are ${instead.join(', ')}` : '';
  throw new QuestionError(`no defect "${defect}" is known${codes.length > 0 ? there : ': no defects are loaded'}`);
}
