/** The plant's own habits at a position, from which it follows which links one would expect. Kept for some positions. */
import type {Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import {type Counts, countsAt, keyOf} from './habit-counts.ts';
import {type LotHabits, lotHabits} from './lot-habits.ts';
import type {Warehouse} from './store.ts';

/** What an answer about links needs to know of the plant, at a position. */
export interface Plant {
  session: Session;
  genealogy: Genealogy;
  habits: Habits;
  asOf: number;
}

export interface Habits {
  lots: LotHabits;
  /** Steps at which at least 90 % of the parts of a product have a run. */
  usualSteps(product: string): readonly string[];
  /** At least 90 % of the parts of the product name inputs of their own. */
  namesInputs(product: string): boolean;
  /** Of the products whose parts do, those of which some part names none. */
  productsWithGaps: readonly string[];
  /** Parts of the work order that belong to a lot, and those that do not. */
  inLots(workOrder: string): {withLot: number; without: number};
  /** Whether some work order has both. */
  hasMixedOrders: boolean;
}

/** What nine of ten do is a habit. */
const HABIT = 0.9;
const POSITIONS_KEPT = 8;

interface Kept {
  asOf: number;
  counts: Counts;
  habits: Habits;
}

const kept = new WeakMap<Warehouse, {positions: Kept[]; finding: Promise<unknown>}>();

/** Seconds for millions of parts at the first question, then as much as the batches since an earlier one brought. */
export function habitsOf(warehouse: Warehouse, session: Session, genealogy: Genealogy, asOf: number): Promise<Habits> {
  const mine = kept.get(warehouse) ?? {positions: [], finding: Promise.resolve()};
  kept.set(warehouse, mine);
  const find = async (): Promise<Habits> => {
    const known = mine.positions.find(k => k.asOf === asOf);
    if (known) return known.habits;
    const nearest = mine.positions.toSorted((a, b) => Math.abs(a.asOf - asOf) - Math.abs(b.asOf - asOf))[0] ?? null;
    const counts = await countsAt(session, genealogy, asOf, nearest);
    const habits = fromCounts(counts, await lotHabits(session, genealogy, asOf));
    mine.positions = [{asOf, counts, habits}, ...mine.positions].slice(0, POSITIONS_KEPT);
    return habits;
  };
  const finding = mine.finding.catch(() => undefined).then(find);
  mine.finding = finding;
  return finding;
}

function fromCounts(counts: Counts, lots: LotHabits): Habits {
  const get = (...key: Parameters<typeof keyOf>) => counts.get(keyOf(...key)) ?? 0;
  const steps = new Map<string, string[]>();
  let hasMixedOrders = false;
  const productsWithGaps: string[] = [];
  for (const [key, n] of counts) {
    const [what, of, step] = JSON.parse(key) as [string, string, string];
    if (what === 'without lot') hasMixedOrders ||= counts.has(keyOf('with lot', of));
    if (what === 'fed' && n < get('parts', of) && n >= HABIT * get('parts', of)) productsWithGaps.push(of);
    if (what !== 'step' || n < HABIT * get('parts', of)) continue;
    steps.set(of, [...(steps.get(of) ?? []), step]);
  }
  return {
    lots,
    hasMixedOrders,
    usualSteps: product => steps.get(product) ?? [],
    namesInputs: product => get('parts', product) > 0 && get('fed', product) >= HABIT * get('parts', product),
    productsWithGaps: productsWithGaps.sort(),
    inLots: order => ({withLot: get('with lot', order), without: get('without lot', order)}),
  };
}
