import {instantOf, iso, shiftCalendar} from './calendar.ts';
import {DEFECTS} from './catalogue.ts';
import {csv, type Table} from './file-table.ts';
import type {History} from './history.ts';
import {serial} from './lots.ts';
import type {Parameter, Plant} from './model.ts';

/** Parameters that stations report by themselves, whether or not a part is there. */
export const SENSORS = [
  {parameter: 'oven_air_temperature', step: 'cure', stations: 2, unit: '°C', running: 194, idle: 60, spread: 1.4},
  {parameter: 'pump_current', step: 'wash', stations: 1, unit: 'A', running: 12.6, idle: 0.4, spread: 0.25},
] as const;

/** What changes rarely: products, work orders, lots, parts, stations, shifts, parameters and defect codes. */
export function masterTables(plant: Plant, history: History): Table[] {
  const start = iso(instantOf(0));
  return [
    {name: 'products', columns: ['product', 'opportunities', 'cost'], rows: products(plant)},
    {
      name: 'work_orders',
      columns: ['work_order', 'product', 'quantity', 'due_at', 'status'],
      rows: workOrders(plant, history),
    },
    {name: 'parts', columns: ['part', 'product', 'work_order', 'lot', 'made_at'], rows: parts(plant)},
    {name: 'stations', columns: ['station', 'line', 'step'], rows: stations(plant)},
    {name: 'shifts', columns: ['shift', 'crew', 'starts_at', 'ends_at'], rows: shifts(history.now)},
    {
      name: 'parameters',
      columns: ['parameter', 'step', 'product', 'unit', 'branch', 'lsl', 'target', 'usl', 'guard_band', 'valid_from'],
      rows: parameters(plant, start),
    },
    {name: 'defect_codes', columns: ['defect', 'group', 'severity_weight', 'cost'], rows: defectCodes()},
  ];
}

function* products({products}: Plant) {
  for (const {product, opportunities, cost} of products) yield csv(product, opportunities, cost);
}

function* workOrders({workOrders, products, lots, route, steps}: Plant, {uninspectedFrom}: History) {
  for (const [index, {workOrder, product}] of workOrders.entries()) {
    const own = lots.map((lot, k) => ({...lot, k})).filter(lot => lot.workOrder === index);
    const quantity = own.reduce((sum, {size}) => sum + size, 0);
    const last = own[own.length - 1];
    const due = Math.ceil((route.begin[steps.length - 1][last.k] + 86400) / 86400) * 86400;
    const status = last.k < uninspectedFrom ? 'closed' : 'released';
    yield csv(workOrder, products[product].product, quantity, iso(instantOf(due)), status);
  }
}

function* parts({partLot, lots, products, workOrders, steps, route, partPosition}: Plant) {
  for (let part = 0; part < partLot.length; part++) {
    const {lot, product, workOrder} = lots[partLot[part]];
    // A part exists from the moment that it leaves the die.
    const made = route.begin[0][partLot[part]] + partPosition[part] * steps[0].cycleSeconds + steps[0].durationSeconds;
    yield csv(serial(part), products[product].product, workOrders[workOrder].workOrder, lot, iso(instantOf(made)));
  }
}

function* stations({steps}: Plant) {
  for (const {step, stations} of steps) {
    for (const [k, station] of stations.entries()) yield csv(station, k < stations.length / 2 ? 'L1' : 'L2', step);
  }
}

function* shifts(now: number) {
  for (const {shift, crew, starts, ends} of shiftCalendar(Math.ceil(now / (5 * 86400)))) {
    yield csv(shift, crew, iso(starts), iso(ends));
  }
}

function* parameters({parameters, steps, products}: Plant, start: string) {
  for (const parameter of parameters) {
    const step = steps[parameter.step].step;
    if (!parameter.byProduct) yield specification(parameter, step, '', 0, start);
    else
      for (const [k, shift] of parameter.byProduct.entries())
        yield specification(parameter, step, products[k].product, shift, start);
  }
  for (const {parameter, step, unit, running, spread} of SENSORS) {
    yield csv(parameter, step, '', unit, 'environment', running - 5 * spread, running, running + 5 * spread, '', start);
  }
}

/** Limits at four standard deviations: most processes are capable, one that is shifted is not. */
function specification(
  {parameter, unit, branch, target, spread, decimals}: Parameter,
  step: string,
  product: string,
  shift: number,
  start: string,
) {
  const at = (deviations: number) => (target + shift + deviations * spread).toFixed(decimals);
  // Where zero is the ideal, only more is worse.
  const smallerIsBetter = branch === 'measurement' && target < 9 * spread;
  const guard = branch === 'measurement' ? (0.25 * spread).toFixed(decimals) : '';
  return csv(parameter, step, product, unit, branch, smallerIsBetter ? '' : at(-4), at(0), at(4), guard, start);
}

function* defectCodes() {
  for (const {defect, group, severityWeight, cost} of DEFECTS) yield csv(defect, group, severityWeight, cost);
}
