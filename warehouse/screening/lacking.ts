/** What a question lacks to be answered, said in words: an empty population, no fails, a selection without parts. */
import type {ScreenQuestion} from '../answers.ts';
import {isDefect} from '../defects.ts';
import type {Bindings, Session} from '../duckdb.ts';
import type {Condition} from '../scope.ts';
import type {Population} from './population.ts';

/** What narrows a population. */
export interface Conditions {
  conditions: Condition[];
  bindings: Bindings;
}

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

/** Each condition alone, and what there is instead. */
async function whyNobody(
  session: Session,
  question: ScreenQuestion,
  {conditions, bindings}: Conditions,
): Promise<string> {
  const counts = conditions.map(({sql}, k) => `count(*) filter (${sql}) as c${k}`);
  const facts = await session.row<
    Record<string, number> & {products: string | null; first: string; last: string; inspected: number}
  >(
    `select count(*) as inspected, min(s.inspected_at)::varchar as first, max(s.inspected_at)::varchar as last,
       (select string_agg(product, ', ') from (select distinct product from subjects order by product limit 10)) as products${counts.map(c => `, ${c}`).join('')}
     from subjects s where s.failed is not null`,
    bindings,
  );
  if (facts.inspected === 0) return 'no part has a valid inspection yet: load parts and inspections';
  const there = `${facts.inspected} parts are inspected, from ${facts.first} to ${facts.last}`;
  const nobody = conditions.filter((_, k) => facts[`c${k}`] === 0);
  if (nobody.length > 0) {
    const products =
      nobody.some(({restricts}) => restricts === 'product') && facts.products ? `; products: ${facts.products}` : '';
    return `no inspected part is ${nobody.map(({words}) => words).join(', nor ')}: ${there}${products}`;
  }
  if (conditions.length > 1) {
    const each = conditions.map(({words}, k) => `${facts[`c${k}`]} ${words}`).join(', ');
    return `no inspected part is all of this at once: ${each}`;
  }
  return question.measurement === undefined
    ? `no part is left to ask about: ${there}`
    : `no inspected part${conditions.length > 0 ? ' in this scope' : ''} has a value of ${question.measurement}: ${there}`;
}
