import {HOLD_ID} from '../../entries.ts';
import {Failed, Refused} from '../failure.ts';
import type {TrytonCalls} from './session.ts';

export interface Lot {
  id: number;
  number: string;
  product: number;
  unit: number;
  /** Decimals of a quantity. */
  digits: number;
}

export interface Quarantine {
  id: number;
  name: string;
  warehouse: number;
  /** Where stock goes that came from nowhere known. */
  storage: number;
  /** The location and all below it. */
  within: Set<number>;
}

/** What is of a lot in one place, by itself, without the places below it. */
export interface Stock {
  id: number;
  name: string;
  warehouse: number | null;
  quantity: number;
  /** Not reserved for anything. */
  available: number;
}

/** A move of a lot by a shipment that bears the number of a hold. */
export interface HoldMove {
  hold: string;
  shipment: number;
  state: string;
  quantity: number;
  from: number;
  to: number;
}

/** @throws Refused when there is none or more than one of that number */
export async function findLot(mes: TrytonCalls, number: string): Promise<Lot> {
  const fields = ['rec_name', 'product', 'product.default_uom.digits'];
  const found = await mes.ask<LotRow[]>('stock.lot.search_read', [[['number', '=', number]], 0, 5, null, fields]);
  if (found.length === 0) throw new Refused(`Tryton has no lot ${number}`);
  if (found.length > 1) {
    const names = found.map(({rec_name}) => rec_name).join(', ');
    throw new Refused(`Tryton has more than one lot ${number}: ${names}`);
  }
  const [
    {
      id,
      product,
      'product.': {'default_uom.': unit},
    },
  ] = found;
  return {id, number, product, unit: unit.id, digits: unit.digits};
}

/** @throws Failed when it is no place in which stock would be held */
export async function findQuarantine(mes: TrytonCalls, name: string): Promise<Quarantine> {
  const byName = ['OR', [['code', '=', name]], [['name', '=', name]]];
  const fields = ['name', 'warehouse', 'warehouse.storage_location'];
  const domain = [['type', '=', 'storage'], byName];
  const found = await mes.ask<LocationRow[]>('stock.location.search_read', [domain, 0, 2, null, fields]);
  if (found.length !== 1) {
    const many = found.length === 0 ? 'no storage location' : 'more than one storage location';
    throw new Failed(`Tryton has ${many} with the code or name '${name}'`, false);
  }
  const [{id, warehouse, 'warehouse.': around}] = found;
  if (warehouse === null || !around) throw new Failed(`the location ${name} is in no warehouse of Tryton`, false);
  const below = (root: number) =>
    mes.ask<number[]>('stock.location.search', [[['parent', 'child_of', [root], 'parent']], 0, null, null]);
  const storage = around.storage_location;
  if ((await below(storage)).includes(id)) {
    throw new Failed(`the location ${name} is in the storage zone: orders would still take stock from it`, false);
  }
  return {id, name, warehouse, storage, within: new Set([id, ...(await below(id))])};
}

/** All places in which the lot is now. */
export async function stockOf(mes: TrytonCalls, lot: Lot): Promise<Stock[]> {
  const arrived = [
    ['lot', '=', lot.id],
    ['state', '=', 'done'],
    ['to_location.type', '=', 'storage'],
  ];
  const moves = await mes.ask<{to_location: number}[]>('stock.move.search_read', [
    arrived,
    0,
    null,
    null,
    ['to_location'],
  ]);
  const places = [...new Set(moves.map(({to_location}) => to_location))];
  const quantities = (context: object) =>
    mes.ask<LocationRow[]>('stock.location.read', [places, ['name', 'warehouse', 'quantity']], {
      lot: lot.id,
      with_childs: false,
      ...context,
    });
  const [all, free] = [await quantities({}), await quantities({stock_assign: true})];
  const available = new Map(free.map(({id, quantity}) => [id, quantity]));
  return all
    .map(({id, name, warehouse, quantity}) => {
      return {id, name, warehouse, quantity: round(quantity, lot), available: round(available.get(id) ?? 0, lot)};
    })
    .filter(({quantity}) => quantity > 0)
    .sort((a, b) => a.id - b.id);
}

/** What holds have moved or are about to move, newest first. */
export async function holdMoves(mes: TrytonCalls, lot: Lot): Promise<HoldMove[]> {
  const ours = ['shipment.reference', 'like', 'H-________-________', 'stock.shipment.internal'];
  const fields = ['state', 'internal_quantity', 'from_location', 'to_location', 'shipment.reference'];
  const order = [['id', 'DESC']];
  const rows = await mes.ask<MoveRow[]>('stock.move.search_read', [
    [['lot', '=', lot.id], ours],
    0,
    null,
    order,
    fields,
  ]);
  return rows
    .filter(row => HOLD_ID.test(row['shipment.'].reference))
    .map(row => ({
      hold: row['shipment.'].reference,
      shipment: row['shipment.'].id,
      state: row.state,
      quantity: row.internal_quantity,
      from: row.from_location,
      to: row.to_location,
    }));
}

/** Who has reserved stock of the lot in these places. */
export async function reservations(mes: TrytonCalls, lot: Lot, places: number[]): Promise<Reservation[]> {
  const domain = [
    ['lot', '=', lot.id],
    ['state', '=', 'assigned'],
    ['from_location', 'in', places],
  ];
  const fields = ['internal_quantity', 'shipment.rec_name', 'production_input.rec_name'];
  const rows = await mes.ask<ReservedRow[]>('stock.move.search_read', [domain, 0, null, null, fields]);
  return rows.map(({internal_quantity: quantity, 'shipment.': shipment, 'production_input.': order}) => {
    const by = order ? `production ${order.rec_name}` : shipment ? `shipment ${shipment.rec_name}` : 'a move';
    return {quantity: round(quantity, lot), by, order: order?.id ?? null};
  });
}

/** Moves stock from place to place by an internal shipment that bears the hold's number; it is carried out or thrown. */
export async function ship(
  mes: TrytonCalls,
  lot: Lot,
  {hold, quantity, from, to}: {hold: string; quantity: number; from: number; to: number},
): Promise<void> {
  const between = {from_location: from, to_location: to};
  const move = {product: lot.product, lot: lot.id, unit: lot.unit, quantity: round(quantity, lot), ...between};
  const shipment = {reference: hold, ...between, moves: [['create', [move]]]};
  const [id] = (await mes.write<number[] | null>('stock.shipment.internal.create', [[shipment]])) ?? [];
  if (id === undefined) throw new Refused('Tryton answered that it made a shipment, and made none');
  await carryOut(mes, id);
}

/** Takes a shipment from whatever state it is in to done, and sees that each step was taken. */
export async function carryOut(mes: TrytonCalls, id: number): Promise<void> {
  let {state, number} = await shipmentState(mes, id);
  for (const [from, button, to] of STEPS) {
    if (state !== from) continue;
    await mes.write(`stock.shipment.internal.${button}`, [[id]]);
    ({state, number} = await shipmentState(mes, id));
    if (state === to) continue;
    if (button === 'assign_try') {
      // The stock went elsewhere meanwhile: what was reserved goes back, and the next attempt sees what is left.
      await cancel(mes, id);
      throw new Failed(`the stock for shipment ${number} was taken meanwhile`, true);
    }
    throw new Refused(`Tryton answered '${button}' without an error, but shipment ${number} is still ${state}`);
  }
  if (state !== 'done') throw new Refused(`shipment ${number} is ${state}: somebody else works on it`);
}

export async function cancel(mes: TrytonCalls, id: number): Promise<void> {
  await mes.write('stock.shipment.internal.cancel', [[id]]);
  const {state, number} = await shipmentState(mes, id);
  if (state !== 'cancelled') {
    throw new Refused(`Tryton answered 'cancel' without an error, but shipment ${number} is still ${state}`);
  }
}

/** Rounded to the decimals that Tryton takes for the unit. */
export function round(quantity: number, {digits}: Lot): number {
  return Number(quantity.toFixed(digits));
}

const STEPS = [
  ['draft', 'wait', 'waiting'],
  ['waiting', 'assign_try', 'assigned'],
  ['assigned', 'done', 'done'],
] as const;

async function shipmentState(mes: TrytonCalls, id: number): Promise<{state: string; number: string}> {
  const fields = ['state', 'number'];
  const rows = await mes.ask<{state: string; number: string}[]>('stock.shipment.internal.read', [[id], fields]);
  return rows[0];
}

interface LotRow {
  id: number;
  rec_name: string;
  product: number;
  'product.': {'default_uom.': {id: number; digits: number}};
}

interface LocationRow {
  id: number;
  name: string;
  warehouse: number | null;
  'warehouse.': {storage_location: number} | null;
  quantity: number;
}

interface MoveRow {
  state: string;
  internal_quantity: number;
  from_location: number;
  to_location: number;
  'shipment.': {id: number; reference: string};
}

interface Reservation {
  quantity: number;
  by: string;
  order: number | null;
}

interface ReservedRow {
  internal_quantity: number;
  'shipment.': {rec_name: string} | null;
  'production_input.': {id: number; rec_name: string} | null;
}
