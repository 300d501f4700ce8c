/** Which material lots went into a part, at any depth, by joins that are repeated. */
import {QuestionError} from '../question-error.ts';
import type {Asking, Company} from './company.ts';

/** So many removes are followed; that none is deeper is asked before anything rests on it. */
const DEEPEST = 6;

/** Grain: one row per path of exactly so many links from an input (`item`, of `kind`) to what it ended up in (`root`). */
function paths(asking: Asking, removes: number): string {
  const links = () => asking.table('genealogy', 'parent', 'parent_kind', 'child', 'child_kind');
  const direct = `(select distinct plant, child as root, child_kind as root_kind, parent as item, parent_kind as kind
    from ${links()} g)`;
  let path = direct;
  for (let k = 1; k < removes; k++) {
    path = `(select distinct r.plant as plant, r.root as root, r.root_kind as root_kind, g.parent as item, g.parent_kind as kind
      from ${path} r join ${links()} g on g.plant = r.plant and g.child = r.item and g.child_kind = r.kind)`;
  }
  return path;
}

/** How many removes there are at a company's plants: each costs every engine joins. */
const found = new WeakMap<Company, number>();

/** To be asked before `materials`. @throws QuestionError for a genealogy that goes deeper than is followed; a circle does */
export async function mustBeShallow(asking: Asking): Promise<void> {
  for (let removes = 1; removes <= DEEPEST + 1; removes++) {
    const {n} = await asking.row<{n: number}>(`select count(*) as n from ${paths(asking, removes)} p`);
    if (n > 0) continue;
    found.set(asking.company, removes - 1);
    return;
  }
  throw new QuestionError(
    `what parts were made from goes deeper than ${DEEPEST} removes, which an engine is not asked for`,
    {hint: 'ask at the plant, or leave it out with plants'},
  );
}

/**
 * Grain: one row per part and material (`step`): the lots of the material that went into it, at any depth, and their suppliers,
 * joined by ' + ' when blended; a part shares what went into its production lot. The rule of `materials.sql`.
 */
export function materials(asking: Asking): string {
  const removes = Math.max(1, found.get(asking.company) ?? DEEPEST);
  const all = Array.from({length: removes}, (_, k) => `select * from ${paths(asking, k + 1)} p${k}`).join(
    ' union all ',
  );
  const inputs = (kind: 'part' | 'lot') => `(select distinct r.plant as plant, r.root as root, l.material as step,
      l.lot as lot, l.supplier as supplier
    from (${all}) r
    join ${asking.table('lots', 'lot', 'material', 'supplier')} l on l.plant = r.plant and l.lot = r.item
    where r.kind = 'lot' and r.root_kind = '${kind}' and not (r.item = r.root and r.root_kind = 'lot'))`;
  const ofParts = `(select plant, root as part, step, lot, supplier from ${inputs('part')} i
    union all
    select p.plant as plant, p.part as part, i.step as step, i.lot as lot, i.supplier as supplier
    from ${asking.table('parts', 'part', 'lot')} p join ${inputs('lot')} i on i.plant = p.plant and i.root = p.lot)`;
  const {engine} = asking.company;
  const joined = (what: 'lot' | 'supplier') => `(select plant, part, step, ${engine.joined(what)} as ${what} from (
    select distinct plant, part, step, ${what} from ${ofParts} u where ${what} is not null) d group by plant, part, step)`;
  return `(select l.plant as plant, l.part as part, l.step as step, l.lot as lot, s.supplier as supplier
    from ${joined('lot')} l left join ${joined('supplier')} s on s.plant = l.plant and s.part = l.part and s.step = l.step)`;
}
