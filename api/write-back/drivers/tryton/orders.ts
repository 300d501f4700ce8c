import {HOLD_ID} from '../../entries.ts';
import type {Message} from '../driver.ts';
import {Failed, Refused} from '../failure.ts';
import type {TrytonCalls} from './session.ts';
import type {Lot} from './stock.ts';

/** A quality alert by which a hold stops a production order. */
export interface OrderAlert {
  id: number;
  state: string;
  inspection: number;
  inspectionState: string;
  /** The production order. */
  order: number;
}

/** Production orders that take the lot in or make it, and are not finished. */
export async function openOrders(mes: TrytonCalls, lot: Lot): Promise<{id: number; rec_name: string}[]> {
  const uses = ['OR', [['inputs.lot', '=', lot.id]], [['outputs.lot', '=', lot.id]]];
  const open = ['state', 'in', ['request', 'draft', 'waiting', 'assigned', 'running']];
  const rows = await mes.ask<{id: number; rec_name: string}[]>('production.search_read', [
    [open, uses],
    0,
    null,
    [['id', 'ASC']],
    ['rec_name'],
  ]);
  return rows;
}

/** Alerts of any hold of this lot that stop an order. */
export async function openAlerts(mes: TrytonCalls, lot: Lot): Promise<OrderAlert[]> {
  const domain = [
    ['state', 'in', ['open', 'processing', 'deferred']],
    ['title', 'like', 'H-________-________: lot %'],
  ];
  const fields = ['title', 'state', 'origin.state', 'origin.origin'];
  const rows = await mes.ask<AlertRow[]>('quality.alert.search_read', [domain, 0, null, null, fields]);
  return rows.flatMap(({id, title, state, 'origin.': inspection}) => {
    const [hold, ...rest] = title.split(': ');
    const [model, order] = (inspection.origin ?? '').split(',');
    if (!HOLD_ID.test(hold) || rest.join(': ') !== `lot ${lot.number}` || model !== 'production') return [];
    const {id: inspectionId, state: inspectionState} = inspection;
    return [{id, state, inspection: inspectionId, inspectionState, order: Number(order)}];
  });
}

/** A deferred alert lets its order go. */
export function stops({state, inspectionState}: OrderAlert): boolean {
  return inspectionState === 'failed' && (state === 'open' || state === 'processing');
}

/** Sees that an order is stopped for the lot: neither run nor done until the alert is resolved. */
export async function stopOrder(
  mes: TrytonCalls,
  control: string,
  lot: Lot,
  order: number,
  {hold, reason, text, permalink}: Message,
): Promise<void> {
  const mine = async () => (await openAlerts(mes, lot)).find(alert => alert.order === order);
  let alert = await mine();
  if (!alert) {
    const {id, points} = await findControl(mes, control);
    const note = {title: `${hold}: lot ${lot.number}`, description: `${reason}: ${text}\n${permalink}`};
    // Inspection and alert in one call, so that there is none without the hold's number.
    const inspection = {
      origin: `production,${order}`,
      control: id,
      points: Object.fromEntries(points.map(point => [point, false])),
      alerts: [['create', [note]]],
    };
    await mes.write('quality.inspection.create', [[inspection]]);
    alert = await mine();
  }
  if (alert?.inspectionState === 'pending') await mes.write('quality.inspection.process', [[alert.inspection]]);
  if (alert?.state === 'deferred') await mes.write('quality.alert.process', [[alert.id]]);
  alert = await mine();
  if (!alert || !stops(alert)) throw new Refused(`Tryton answered without an error, but production ${order} is free`);
}

export async function resolve(mes: TrytonCalls, lot: Lot, alert: OrderAlert): Promise<void> {
  if (alert.state !== 'processing') await mes.write('quality.alert.process', [[alert.id]]);
  await mes.write('quality.alert.resolve', [[alert.id]]);
  if ((await openAlerts(mes, lot)).some(({id}) => id === alert.id)) {
    throw new Refused(`Tryton answered 'resolve' without an error, but alert ${alert.id} is still open`);
  }
}

async function findControl(mes: TrytonCalls, name: string): Promise<{id: number; points: string[]}> {
  const byName = [['name', '=', name]];
  const controls = await mes.ask<{id: number}[]>('quality.control.search_read', [byName, 0, 2, null, ['name']]);
  if (controls.length !== 1) {
    const many = controls.length === 0 ? 'no' : 'more than one';
    throw new Failed(`Tryton has ${many} quality control named '${name}'`, false);
  }
  const [{id}] = controls;
  const ofControl = [['control', '=', id]];
  const fields = ['name', 'type_'];
  const points = await mes.ask<{name: string; type_: string}[]>('quality.control.point.search_read', [
    ofControl,
    0,
    null,
    null,
    fields,
  ]);
  // A measured value would have to be made up.
  if (points.some(({type_}) => type_ !== 'boolean')) {
    throw new Failed(`the quality control '${name}' of Tryton may have points of type boolean only`, false);
  }
  return {id, points: points.map(point => point.name)};
}

interface AlertRow {
  id: number;
  title: string;
  state: string;
  'origin.': {id: number; state: string; origin: string | null};
}
