import {WEEK_WORK_SECONDS} from './calendar.ts';
import type {Lot, Product, Settings, WorkOrder} from './model.ts';
import {random} from './random.ts';

/** Time from the release of the last lot to the end of the plant's record, to let it run through. */
const LEAD_WORK_SECONDS = 2.5 * 86400;

/** Work orders, each of one product and one to four lots, released evenly over the weeks. */
export function releaseLots(settings: Settings, products: Product[]): {workOrders: WorkOrder[]; lots: Lot[]} {
  const draw = random(settings.seed, 'lots');
  const shares = products.map(({share}) => share);
  const spacing = Math.max(0, settings.weeks * WEEK_WORK_SECONDS - LEAD_WORK_SECONDS) / settings.lots;
  const workOrders: WorkOrder[] = [];
  const lots: Lot[] = [];
  let first = 0;
  while (lots.length < settings.lots) {
    const product = draw.weighted(shares);
    workOrders.push({workOrder: `WO-${4001 + workOrders.length}`, product});
    for (let more = 1 + draw.below(4); more > 0 && lots.length < settings.lots; more--) {
      const size = lotSize(settings, draw);
      const released = (lots.length + 0.7 * draw.uniform()) * spacing;
      const lot = `L26-${String(lots.length + 1).padStart(4, '0')}`;
      lots.push({lot, workOrder: workOrders.length - 1, product, first, size, released});
      first += size;
    }
  }
  return {workOrders, lots};
}

function lotSize({partsPerLot, unequal}: Settings, draw: ReturnType<typeof random>): number {
  if (unequal === 0) return partsPerLot;
  const share = draw.uniform() < 0.1 ? draw.between(0.35, 0.6) : 1.05 + unequal * draw.between(-1, 1);
  return Math.max(1, Math.round(partsPerLot * share));
}

/** For each part its lot and its place in it. */
export function partsOf(lots: Lot[]): {partLot: Uint32Array; partPosition: Uint16Array} {
  const last = lots[lots.length - 1];
  const partLot = new Uint32Array(last.first + last.size);
  const partPosition = new Uint16Array(partLot.length);
  lots.forEach(({first, size}, lot) => {
    partLot.fill(lot, first, first + size);
    for (let position = 0; position < size; position++) partPosition[first + position] = position;
  });
  return {partLot, partPosition};
}

/** The serial number that is marked on a part. */
export function serial(part: number): string {
  return `S${String(part + 1).padStart(6, '0')}`;
}
