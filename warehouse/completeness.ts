/** Which links the plant's own habits lead one to expect of parts and lots, and which of them are missing. */
import type {Completeness} from './answers.ts';
import type {Described} from './described.ts';
import type {Plant} from './habits.ts';
import {hasInputs} from './lot-habits.ts';
import {conditionsFor, textsOf} from './rows-of.ts';

/** More missing links than this are counted, not named. */
const NAMED = 1000;

/** Of the described parts and lots. @param circles those of them that went into themselves at some remove */
export async function completenessOf(
  plant: Plant,
  things: readonly Described[],
  circles: readonly Described[] = [],
): Promise<Completeness> {
  const {genealogy, habits, asOf} = plant;
  const runs = await runsOfParts(plant, things);
  const missing: Completeness['missing'] = [];
  let expected = 0;
  const expect = (thing: Described, isThere: boolean, what: string) => {
    expected++;
    if (!isThere) missing.push({kind: thing.kind, id: thing.id, what});
  };
  for (const thing of things) {
    if (thing.kind === 'lot') {
      const {material} = thing;
      expect(thing, material !== null, 'no row of lots says what it is');
      if (material === null || !habits.lots.namesInputs(material)) continue;
      const what = `nothing is known to have gone into it, though other lots of ${material} name their inputs`;
      expect(thing, hasInputs(genealogy, thing.item, asOf), what);
      continue;
    }
    const {product, workOrder} = thing;
    expect(thing, product !== null, 'no row of parts says what it is');
    if (product === null) continue;
    if (workOrder !== null && habits.inLots(workOrder).withLot > 0) {
      const what = `no production lot, though other parts of work order ${workOrder} have one`;
      expect(thing, genealogy.lotOf(thing.item, asOf) >= 0, what);
    }
    if (habits.namesInputs(product)) {
      const what = `nothing is known to have gone into it, though at least 90 % of ${product} name their inputs`;
      expect(thing, genealogy.backward.has(thing.item, asOf), what);
    }
    for (const step of habits.usualSteps(product)) {
      expect(thing, runs(thing, step), `no run at step ${step}, though at least 90 % of ${product} have one`);
    }
  }
  const found = expected - missing.length;
  const circular = circles.map(({kind, id}) => ({
    kind,
    id,
    what: 'a circle in the genealogy: it went in and it came out',
  }));
  return {expected, found, missing: [...named(missing), ...named(circular)]};
}

function named(missing: Completeness['missing']): Completeness['missing'] {
  const inOrder = missing.toSorted(
    (a, b) => compared(a.kind, b.kind) || compared(a.id, b.id) || compared(a.what, b.what),
  );
  if (inOrder.length <= NAMED) return inOrder;
  const unnamed = inOrder.length - NAMED;
  return [...inOrder.slice(0, NAMED), {kind: 'others', id: '', what: `${unnamed} more of them are not named here`}];
}

/** Whether a part has a run at a step, its own or one of its lot or work order. */
async function runsOfParts(
  {session, genealogy, habits, asOf}: Plant,
  things: readonly Described[],
): Promise<(part: Described, step: string) => boolean> {
  const parts = things.filter(t => t.product !== null && habits.usualSteps(t.product).length > 0);
  if (parts.length === 0) return () => false;
  const lots = [...new Set(parts.map(p => genealogy.lotOf(p.item, asOf)))].filter(lot => lot >= 0);
  const orders = [...new Set(parts.map(p => p.workOrder))].filter(order => order !== null);
  const about = [
    ...(await conditionsFor(
      session,
      'part',
      parts.map(p => p.item),
    )),
    ...(await conditionsFor(session, 'lot', lots)),
  ];
  const {columns, rows} = await session.columns(
    about
      .map(
        condition =>
          `select coalesce(part, lot) as subject, step from fact.operations where ${condition} and batch <= ${asOf}`,
      )
      .join(' union all '),
  );
  const ordered =
    orders.length === 0
      ? []
      : await session.rows<{work_order: string; step: string}>(
          `select distinct work_order, step from fact.operations where work_order in ${textsOf(orders)} and batch <= ${asOf}`,
        );
  const subjects = columns[0] as number[];
  const steps = columns[1] as string[];
  const byStep = new Map<string, Set<number>>();
  for (let k = 0; k < rows; k++) {
    const having = byStep.get(steps[k]);
    if (having) having.add(subjects[k]);
    else byStep.set(steps[k], new Set([subjects[k]]));
  }
  const ofOrders = new Set(ordered.map(({work_order, step}) => `${step}\n${work_order}`));
  return ({item, workOrder}, step) => {
    const having = byStep.get(step);
    return Boolean(
      having?.has(item) || having?.has(genealogy.lotOf(item, asOf)) || ofOrders.has(`${step}\n${workOrder}`),
    );
  };
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
