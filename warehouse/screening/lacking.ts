/** What a question lacks to be answered, said in words: an empty population, no fails, a selection without parts. */
import type {ScreenQuestion} from '../answers.ts';
import {isDefect} from '../defects.ts';
import type {Session} from '../duckdb.ts';
import type {Conditions} from '../scope.ts';
import {whyNobody} from '../why-nobody.ts';
import type {Population} from './population.ts';

/**
 * @param people what is left of it, as temporary table `screened`
 * @returns sentences for the notes of the answer, none where nothing is lacking
 */
export async function whatIsLacking(
  session: Session,
  question: ScreenQuestion,
  people: Pick<Population, 'rows' | 'defective' | 'outcomeKind' | 'lots' | 'cluster'>,
  scope: Conditions,
): Promise<string[]> {
  if (people.rows === 0) return [await whyNobody(session, question, scope)];
  if (people.outcomeKind === 'numeric')
    return people.rows === 1 ? ['only one part has a value: there is nothing to compare'] : [];
  const {defective} = people;
  if (question.against !== undefined) return emptySelection(question, defective, people.rows);
  if (defective === people.rows)
    return [`all ${people.rows} parts are defective: there are no others to compare them with`];
  if (defective > 0) return people.lots === 1 && people.cluster === 'lot' ? [ONE_LOT] : [];
  if (question.defect === undefined)
    return [`none of the ${people.rows} inspected parts failed: there is nothing to explain`];
  const {elsewhere} = await session.row<{elsewhere: number}>(
    `select count(*) as elsewhere from subjects where failed and inspection in (select inspection from now.defects where ${isDefect('$defect')})`,
    {defect: question.defect},
  );
  const outside = scope.conditions.length === 0 ? '' : `; outside of this scope ${elsewhere} do`;
  return [
    `none of the ${people.rows} inspected parts failed with ${question.defect} at its first inspection${outside}`,
  ];
}

const ONE_LOT =
  'there is one lot only: what a whole lot shares cannot be told from chance, only what differs within it';

function emptySelection({where, against}: ScreenQuestion, cases: number, rows: number): string[] {
  if (cases === 0)
    return [
      `no inspected part is ${where === undefined ? `outside of ${against}` : `with ${where}`}: there is nothing to compare`,
    ];
  if (cases === rows) return [`no inspected part is with ${against}: there is nothing to compare with`];
  return [];
}
