// A small plant in a real Tryton: what the tests of the driver hold, reserve and produce.
import type {Tryton} from './tryton.ts';

type Id = number;

export interface TrytonPlant {
  storage: Id;
  quarantine: Id;
  /** A lot of `quantity` pieces in the storage zone, or in another place. */
  lot(number: string, quantity: number, place?: Id): Promise<Id>;
  place(name: string, parent: Id): Promise<Id>;
  /** Somebody moves stock by hand. */
  move(lot: Id, quantity: number, from: Id, to: Id): Promise<unknown>;
  /** A production order that takes so many pieces of a lot, in the state that is asked for. */
  order(lot: Id, quantity: number, state: 'draft' | 'waiting' | 'assigned'): Promise<Id>;
  /** A user who may move stock, unless `groups` says otherwise (names of groups). */
  user(login: string, password: string, groups?: string[]): Promise<Id>;
  /** Pieces of a lot in a place itself. */
  quantity(lot: Id, place: Id): Promise<number>;
  state(model: string, id: Id): Promise<string>;
}

export async function trytonPlant({call}: Tryton): Promise<TrytonPlant> {
  const create = async (model: string, values: object) => (await call<Id[]>(`${model}.create`, [[values]]))[0];
  const find = async (model: string, ...domain: unknown[]) =>
    (await call<Id[]>(`${model}.search`, [domain, 0, null, null]))[0];
  const press = (model: string, button: string, id: Id) => call(`${model}.${button}`, [[id]]);

  const currency = await create('currency.currency', {name: 'Euro', code: 'EUR', symbol: 'E'});
  const party = await create('party.party', {name: 'Plant P1'});
  const company = await create('company.company', {party, currency});
  await call('res.user.write', [[1], {companies: [['add', [company]]], company}]);
  const location = (code: string) => find('stock.location', ['code', '=', code]);
  const [storage, warehouse, supplier, making] = await Promise.all(['STO', 'WH', 'SUP', 'PROD'].map(location));
  await call('stock.location.write', [[warehouse], {production_location: making}]);
  const place = (name: string, parent: Id) => create('stock.location', {name, code: name, type: 'storage', parent});
  const quarantine = await place('QUAR', warehouse);
  const unit = await find('product.uom', ['symbol', '=', 'u']);
  const product = async (name: string) => {
    const template = await create('product.template', {
      name,
      type: 'goods',
      default_uom: unit,
      list_price: {__class__: 'Decimal', decimal: '2'},
      producible: true,
      products: [['create', [{suffix_code: name}]]],
    });
    return find('product.product', ['template', '=', template]);
  };
  const [steel, bracket] = [await product('steel'), await product('bracket')];
  const points = [['create', [{name: 'cleared', string: 'Cleared', type_: 'boolean'}]]];
  await create('quality.control', {name: 'Fishbone hold', operations: [], frequency: 1, points});

  return {
    storage,
    quarantine,
    place,
    lot: async (number, quantity, at = storage) => {
      const lot = await create('stock.lot', {number, product: steel});
      const move = {product: steel, lot, quantity, unit, from_location: supplier, to_location: at, company};
      const price = {unit_price: {__class__: 'Decimal', decimal: '1'}, currency};
      await press('stock.move', 'do', await create('stock.move', {...move, ...price}));
      return lot;
    },
    move: async (lot, quantity, from, to) => {
      const move = {product: steel, lot, quantity, unit, from_location: from, to_location: to, company};
      return press('stock.move', 'do', await create('stock.move', move));
    },
    order: async (lot, quantity, state) => {
      const inputs = {product: steel, lot, quantity, unit, from_location: storage, to_location: making, company};
      const outputs = {product: bracket, quantity, unit, from_location: making, to_location: storage, company};
      const price = {unit_price: {__class__: 'Decimal', decimal: '1'}, currency};
      const order = await create('production', {
        warehouse,
        location: making,
        company,
        product: bracket,
        unit,
        quantity,
        inputs: [['create', [inputs]]],
        outputs: [['create', [{...outputs, ...price}]]],
      });
      if (state !== 'draft') await press('production', 'wait', order);
      if (state === 'assigned') await press('production', 'assign_try', order);
      return order;
    },
    user: async (login, password, groups = ['Stock', 'Quality', 'Production']) => {
      const ids = await call<Id[]>('res.group.search', [[['name', 'in', groups]], 0, null, null]);
      const rights = {groups: [['add', ids]], companies: [['add', [company]]], company};
      return create('res.user', {name: login, login, password, ...rights});
    },
    quantity: async (lot, at) => {
      const [{quantity}] = await call<{quantity: number}[]>('stock.location.read', [[at], ['quantity']], {
        lot,
        with_childs: false,
      });
      return quantity;
    },
    state: async (model, id) => (await call<{state: string}[]>(`${model}.read`, [[id], ['state']]))[0].state,
  };
}
