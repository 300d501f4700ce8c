import type {Plant} from './model.ts';

export interface LotFactor {
  /** In the words of the contract: bore.tool, material.powder.lot, part.product. */
  factor: string;
  levels: string[];
  /** For each lot the index of its level; -1 where it has none. */
  level: Int32Array;
}

/** Every factor that is the same for all parts of a lot: stations, tools, materials at any depth, product, work order. */
export function lotFactors(plant: Pick<Plant, 'steps' | 'lots' | 'products' | 'workOrders' | 'materials' | 'route'>) {
  const {steps, lots, products, workOrders, materials, route} = plant;
  const of = (factor: string, levels: string[], level: (lot: number) => number): LotFactor => ({
    factor,
    levels,
    level: Int32Array.from(lots, (_, lot) => level(lot)),
  });
  const factors = steps.flatMap(({step, stations, tools}, s) => {
    const name = step === 'inspect' ? 'inspection' : step;
    const station = of(`${name}.station`, stations, lot => route.station[s][lot]);
    return tools.length === 0 ? [station] : [station, of(`${name}.tool`, tools, lot => route.tool[s][lot])];
  });
  const ids = materials.lots.map(({lot}) => lot);
  const suppliers = [...new Set(materials.lots.flatMap(({supplier}) => supplier ?? []))];
  const supplierOf = materials.lots.map(({supplier}) => (supplier === null ? -1 : suppliers.indexOf(supplier)));
  materials.consumed.forEach(({material, from}, m) => {
    const taken = materials.main[m];
    const origin = (lot: number) => materials.lots[taken[lot]].from;
    factors.push(of(`material.${material}.lot`, ids, lot => taken[lot]));
    factors.push(of(`material.${material}.supplier`, suppliers, lot => supplierOf[taken[lot]]));
    factors.push(of(`material.${from}.lot`, ids, origin));
    factors.push(of(`material.${from}.supplier`, suppliers, lot => supplierOf[origin(lot)]));
  });
  factors.push(
    of(
      'part.product',
      products.map(({product}) => product),
      lot => lots[lot].product,
    ),
  );
  factors.push(
    of(
      'part.work_order',
      workOrders.map(({workOrder}) => workOrder),
      lot => lots[lot].workOrder,
    ),
  );
  return factors.filter(({level}) => level.some(l => l >= 0));
}
