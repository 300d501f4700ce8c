import type {Session} from '../duckdb.ts';
import type {Limits} from '../statistics/capability.ts';

interface Specification extends Limits, Record<string, unknown> {
  parameter: string;
  step: string | null;
  product: string | null;
  from: string | null;
}

/**
 * Limits of every parameter: those that name its product go before those that name none, those that name its step before
 * those that do not, the newest of those valid at a time before older ones.
 * @returns by step, parameter and the time that they should be valid at (null: whenever)
 */
export async function specifications(
  session: Session,
  product: string | undefined,
): Promise<(step: string, parameter: string, at: string | null) => Limits | null> {
  const rows = await session.rows<Specification>(
    `select parameter, step, product, valid_from as "from", lsl, usl, target from now.parameters
     where (product is null or product = $product) and (lsl is not null or usl is not null)
     order by product is null, step is null, valid_from desc nulls last`,
    {product: product ?? null},
  );
  const byName = new Map<string, Specification[]>();
  for (const row of rows) byName.set(row.parameter, [...(byName.get(row.parameter) ?? []), row]);
  return (step, parameter, at) => {
    const whole = step === '' ? [] : (byName.get(`${step}.${parameter}`) ?? []);
    const named = [...(byName.get(parameter) ?? []), ...whole];
    const found = named.find(
      row => (row.step === null || row.step === step) && (row.from === null || at === null || row.from <= at),
    );
    return found ? {lsl: found.lsl, usl: found.usl, target: found.target} : null;
  };
}
