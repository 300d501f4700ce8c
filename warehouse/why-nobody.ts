import type {Session} from './duckdb.ts';
import type {Conditions} from './scope.ts';

const ZONE = "coalesce(getvariable('time_zone'), 'UTC')";

/** As the plant's clocks showed it. */
const local = (which: 'min' | 'max') => `(${which}(s.inspected_at) at time zone ${ZONE})::varchar`;

/** Why a scope lets no inspected part through: each condition alone, and what there is instead. */
export async function whyNobody(
  session: Session,
  {measurement}: {measurement?: string},
  {conditions, bindings}: Conditions,
): Promise<string> {
  const counts = conditions.map(({sql}, k) => `count(*) filter (${sql}) as c${k}`);
  const facts = await session.row<
    Record<string, number> & {products: string | null; first: string; last: string; zone: string; inspected: number}
  >(
    `select count(*) as inspected, ${local('min')} as first, ${local('max')} as last,
       ${ZONE} as zone,
       (select string_agg(product, ', ') from (select distinct product from subjects order by product limit 10)) as products${counts.map(c => `, ${c}`).join('')}
     from subjects s where s.failed is not null`,
    bindings,
  );
  if (facts.inspected === 0) return 'no part has a valid inspection yet: load parts and inspections';
  const there = `${facts.inspected} parts are inspected, from ${facts.first} to ${facts.last} (${facts.zone})`;
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
  return measurement === undefined
    ? `no part is left to ask about: ${there}`
    : `no inspected part${conditions.length > 0 ? ' in this scope' : ''} has a value of ${measurement}: ${there}`;
}
