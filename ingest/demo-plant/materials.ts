import {consumedMaterials} from './factory.ts';
import type {Lot, MaterialLot, Materials, Settings, Step} from './model.ts';
import {type Random, random} from './random.ts';
import type {Cause} from './scenarios.ts';

/** The product with a mill and a powder of its own, if the plant is confounded (see routing.ts). */
export const CONFOUNDER = {product: 2, station: 2, material: 'powder', supplier: 0, share: 0.85};
/** A production lot in so many runs out of its first material lot and takes a second. */
const BLENDED = 0.06;

type Consumed = ReturnType<typeof consumedMaterials>[number];

/** Which lots of which material every production lot consumed, and what those were made from. */
export function consumeMaterials(settings: Settings, steps: Step[], lots: Lot[], cause: Cause | null): Materials {
  const consumed = consumedMaterials(steps);
  const store = new Store();
  const taken = consumed.map(each => {
    const draw = random(settings.seed, each.material);
    const bad = cause?.kind === 'material-lot' && cause.material === each.material;
    const exposed = bad ? campaign(settings, lots, draw) : new Set<number>();
    return take(settings, lots, each, store, draw, exposed);
  });
  return {
    lots: store.lots,
    consumed: consumed.map(({material, step, from}) => ({material, step, from: from.material})),
    main: taken.map(({main}) => main),
    second: taken.map(({second}) => second),
    secondShare: taken.map(({share}) => share),
    planted: Math.max(...taken.map(({bad}) => bad)),
  };
}

/** Lots that use up the bad material lot: six in ten of those that follow one another, from somewhere in the middle. */
function campaign({exposedLots}: Settings, lots: Lot[], draw: Random): Set<number> {
  const span = Math.ceil(exposedLots / 0.6);
  const needed = Math.min(exposedLots, lots.length);
  const exposed = new Set<number>();
  const start = Math.max(0, Math.floor((lots.length - span) * draw.between(0.3, 0.8)));
  for (let lot = start; exposed.size < needed; lot = (lot + 1) % lots.length)
    if (draw.uniform() < 0.6) exposed.add(lot);
  return exposed;
}

function take(settings: Settings, lots: Lot[], each: Consumed, store: Store, draw: Random, exposed: Set<number>) {
  const main = new Uint32Array(lots.length);
  const second = new Int32Array(lots.length).fill(-1);
  const share = new Float32Array(lots.length);
  const open = each.suppliers.map(() => ({lot: -1, left: 0}));
  let bad = -1;
  lots.forEach(({product}, lot) => {
    const supplier = chooseSupplier(settings, each, product, draw);
    const current = open[supplier];
    if (exposed.has(lot)) {
      if (bad < 0) bad = store.add(each, supplier, draw);
      main[lot] = bad;
      return;
    }
    const before = current.lot;
    const renewed = current.left === 0;
    if (renewed) {
      current.lot = store.add(each, supplier, draw);
      current.left = Math.max(1, Math.round(each.lasts * draw.between(0.6, 1.4)));
    }
    current.left--;
    main[lot] = current.lot;
    if (renewed && before >= 0 && draw.uniform() < BLENDED * each.lasts) {
      second[lot] = before;
      share[lot] = Math.round(draw.between(0.1, 0.45) * 100) / 100;
    }
  });
  return {main, second, share, bad};
}

function chooseSupplier(
  {confounding}: Settings,
  {material, suppliers}: Consumed,
  product: number,
  draw: Random,
): number {
  const equal = 1 / suppliers.length;
  const steered = material === CONFOUNDER.material && suppliers.length > 1;
  if (!steered) return draw.below(suppliers.length);
  const own = product === CONFOUNDER.product ? CONFOUNDER.share : 0.1;
  const first = equal + confounding * (own - equal);
  if (draw.uniform() < first) return CONFOUNDER.supplier;
  return 1 + draw.below(suppliers.length - 1);
}

/** Every material lot that was opened, and behind each the lot that it was made from. */
class Store {
  readonly lots: MaterialLot[] = [];
  private readonly counts = new Map<string, number>();
  private readonly sources = new Map<string, {lot: number; left: number}>();

  add({material, code, suppliers, from}: Consumed, supplier: number, draw: Random): number {
    const origin = draw.pick<string>(from.suppliers);
    const key = `${from.material} ${origin}`;
    const source = this.sources.get(key) ?? {lot: -1, left: 0};
    if (source.left === 0) {
      source.lot = this.push({
        lot: this.id(from.code),
        material: from.material,
        supplier: origin,
        kind: 'raw',
        from: -1,
      });
      source.left = from.lasts;
    }
    source.left--;
    this.sources.set(key, source);
    const name = suppliers[supplier];
    return this.push({lot: this.id(code), material, supplier: name, kind: name ? 'raw' : 'wip', from: source.lot});
  }

  private push(lot: MaterialLot): number {
    return this.lots.push(lot) - 1;
  }

  private id(code: string): string {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    return `${code}-${2600 + count}`;
  }
}
