import type {Preset, Request} from '../plan.ts';

const ofLot = [
  ['lot_id.name', '=', '{lot}'],
  ['location_id.usage', '=', 'internal'],
  ['quantity', '>', 0],
];

/** Odoo's own "Relocate" of stock, done by its wizard: it moves what is reserved as well. */
const relocate = (where: [string, string, string], to: string): Request[] => [
  {
    method: 'POST',
    path: '/json/2/stock.quant/search',
    json: {domain: [...ofLot, where]},
    keep: {quants: ''},
    expect: [{at: '', empty: false}],
  },
  {
    method: 'POST',
    path: '/json/2/stock.quant.relocate/create',
    json: {vals_list: [{quant_ids: [[6, 0, '{quants}']], dest_location_id: to, message: '{hold} {reason}'}]},
    keep: {wizard: ''},
    expect: [{at: '0', empty: false}],
  },
  {method: 'POST', path: '/json/2/stock.quant.relocate/action_relocate_quants', json: {ids: '{wizard}'}},
];

/**
 * The stock of the lot goes to a quarantine location, and back to the stock location. Both are numbers of locations.
 * @see Odoo 19, External JSON-2 API; module stock
 */
export const odoo: Preset = {
  needs: ['database', 'quarantine', 'stock'],
  headers: {'x-odoo-database': '{database}'},
  state: {
    method: 'POST',
    path: '/json/2/stock.quant/search_read',
    json: {domain: ofLot, fields: ['location_id', 'quantity']},
    held: [{at: '*.location_id.0', is: '{quarantine}'}],
    free: [{at: '*.location_id.0', isNot: '{quarantine}'}],
  },
  hold: relocate(['location_id', '!=', '{quarantine}'], '{quarantine}'),
  release: relocate(['location_id', '=', '{quarantine}'], '{stock}'),
};
