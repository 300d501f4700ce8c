// Against a real Tryton 7.0: test/peers/tryton.ts says how to have one. What the driver has done is read from Tryton
// by calls of the test's own.
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {Driver, Message} from '../../../../api/write-back/drivers/driver.ts';
import {openDrivers} from '../../../../api/write-back/drivers/drivers.ts';
import {Outbox} from '../../../../api/write-back/outbox.ts';
import {type Between, standBetween} from '../../../peers/between.ts';
import {findTryton, PASSWORD, startTryton, type Tryton} from '../../../peers/tryton.ts';
import {type TrytonPlant, trytonPlant} from '../../../peers/tryton-plant.ts';
import {type TestPlant, testPlant} from '../plant.ts';

const found = await findTryton();
if ('missing' in found) console.warn(`SKIPPED: the driver for Tryton was not tested against Tryton: ${found.missing}`);

describe.skipIf('missing' in found)('Tryton 7.0', () => {
  let tryton: Tryton;
  let mes: TrytonPlant;
  let between: Between;
  let plant: TestPlant;

  beforeAll(async () => {
    tryton = await startTryton((found as {bin: string}).bin);
    mes = await trytonPlant(tryton);
    await mes.user('fishbone', PASSWORD);
    between = await standBetween(tryton.url);
    plant = await testPlant();
    await writeFile(join(plant.folder, 'password'), PASSWORD);
  });
  afterEach(() => {
    between.fault = () => null;
    between.calls = [];
  });
  afterAll(async () => {
    between?.stop();
    await tryton?.stop();
    await plant?.remove();
  });

  const driver = async (more: object = {}): Promise<Driver> => {
    const to = {driver: 'tryton' as const, url: between.url, database: 'mes', user: 'fishbone'};
    const settings = {...to, passwordFile: 'password', quarantine: 'QUAR', timeoutMs: 20_000, ...more};
    return (await openDrivers({receivers: {mes: settings}, folder: plant.folder})).mes;
  };
  let holds = 0;
  const message = (lot: string, more: Partial<Message> = {}): Message => {
    const hold = `H-20260102-${String(++holds).padStart(8, '0')}`;
    const said = {reason: 'SCRATCH', text: 'scratched by tool T7', decidedAt: '2026-01-02T03:04:05.000Z'};
    const fixed = {id: `${hold}-${lot}`, plant: 'P1', sequence: 1, parts: 10, permalink: '/findings/f1?asOf=17'};
    return {...fixed, hold, lot, action: 'hold', ...said, ...more};
  };
  const shipments = (reference: string) =>
    tryton.call<{state: string; to_location: number}[]>('stock.shipment.internal.search_read', [
      [['reference', '=', reference]],
      0,
      null,
      [['id', 'ASC']],
      ['state', 'to_location'],
    ]);
  const does = (method: string) => (body: string) => body.includes(`"model.${method}"`);

  test('from the decision to Tryton and back: held lots cannot be taken, released ones are where they were', async () => {
    const bin = await mes.place('BIN-1', mes.storage);
    const a = await mes.lot('A1', 10);
    await mes.lot('A1-elsewhere', 5);
    const b = await mes.lot('A2', 4, bin);
    const id = await plant.held('A1', 'A2');
    const outbox = new Outbox(plant.ledger, {drivers: {mes: await driver()}});
    expect(await outbox.deliver()).toMatchObject({acknowledged: 2, waiting: 0, why: null});
    expect(plant.holds.show(id).lots).toMatchObject([{seenAtMes: true}, {seenAtMes: true}]);
    expect([await mes.quantity(a, mes.quarantine), await mes.quantity(b, mes.quarantine)]).toEqual([10, 4]);
    expect(await shipments(id)).toMatchObject([{state: 'done'}, {state: 'done'}]);
    expect(await mes.state('production', await mes.order(a, 3, 'assigned'))).toBe('waiting');

    await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
    expect(await outbox.deliver()).toMatchObject({acknowledged: 2, waiting: 0});
    expect(await mes.quantity(a, mes.storage)).toBe(10);
    expect(await mes.quantity(b, bin)).toBe(4);
    expect(plant.holds.show(id).lots.filter(({action}) => action === 'release')).toMatchObject([
      {seenAtMes: true},
      {seenAtMes: true},
    ]);
    expect(await mes.state('production', await mes.order(a, 3, 'assigned'))).toBe('assigned');
  });

  test('sent twice, it is done once', async () => {
    const lot = await mes.lot('B1', 10);
    const to = await driver();
    const hold = message('B1');
    expect(await to.lookUp(hold)).toEqual({is: 'unknown'});
    expect(await to.send(hold)).toEqual({is: 'acknowledged'});
    expect(await to.send(hold)).toEqual({is: 'acknowledged'});
    expect(await to.lookUp(hold)).toEqual({is: 'known'});
    expect(await shipments(hold.hold)).toHaveLength(1);
    expect(await mes.quantity(lot, mes.quarantine)).toBe(10);
  });

  describe('stock that is reserved', () => {
    test('the rest is held, and what is not is named with who has it', async () => {
      const lot = await mes.lot('C1', 10);
      const order = await mes.order(lot, 4, 'assigned');
      const to = await driver();
      const hold = message('C1');
      const why = `4 of lot C1 can still be used (4 in Storage Zone; 4 reserved by production ${order}); 6 are in QUAR`;
      expect(await to.send(hold)).toEqual({is: 'rejected', why});
      expect(await mes.quantity(lot, mes.quarantine)).toBe(6);
      expect(await to.lookUp(hold)).toEqual({is: 'unknown'});

      await tryton.call('production.wait', [[order]]); // Takes the reservation back.
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      expect(await mes.quantity(lot, mes.quarantine)).toBe(10);
    });

    test('an alert stops the order that has it, until the release', async () => {
      const lot = await mes.lot('D1', 10);
      const order = await mes.order(lot, 4, 'assigned');
      const to = await driver({orderControl: 'Fishbone hold'});
      const hold = message('D1');
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      expect(await to.lookUp(hold)).toEqual({is: 'known'});
      const alerts = [[['title', '=', `${hold.hold}: lot D1`]], 0, null, null, ['state', 'description']];
      expect(await tryton.call('quality.alert.search_read', alerts)).toMatchObject([
        {state: 'open', description: 'SCRATCH: scratched by tool T7\n/findings/f1?asOf=17'},
      ]);
      await expect(tryton.call('production.run', [[order]])).rejects.toThrow(
        'alerts from failed inspections must be resolved',
      );
      expect(await mes.state('production', order)).toBe('assigned');

      const released = message('D1', {action: 'release', hold: hold.hold, sequence: 2});
      expect(await to.send(released)).toEqual({is: 'acknowledged'});
      expect(await to.lookUp(released)).toEqual({is: 'known'});
      expect(await mes.quantity(lot, mes.storage)).toBe(10);
      await tryton.call('production.run', [[order]]);
      expect(await mes.state('production', order)).toBe('running');
    });

    test('a control that would need a made-up measurement is not used', async () => {
      const lot = await mes.lot('D0', 10);
      await mes.order(lot, 4, 'draft');
      const point = {name: 'torque', string: 'Torque', type_: 'float', tolerance_upper: 5};
      await tryton.call('quality.control.create', [
        [{name: 'Torque check', operations: [], frequency: 1, points: [['create', [point]]]}],
      ]);
      const why = expect.stringContaining("'Torque check' of Tryton may have points of type boolean only");
      expect(await (await driver({orderControl: 'Torque check'})).send(message('D0'))).toMatchObject({why});
    });

    test('somebody who resolves or defers the alert in Tryton frees the order, and it is seen', async () => {
      await mes.order(await mes.lot('D2', 10), 4, 'assigned');
      const to = await driver({orderControl: 'Fishbone hold'});
      const hold = message('D2');
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      const [alert] = await tryton.call<number[]>('quality.alert.search', [
        [['title', '=', `${hold.hold}: lot D2`]],
        0,
        null,
        null,
      ]);
      await tryton.call('quality.alert.process', [[alert]]);
      expect(await to.lookUp(hold)).toEqual({is: 'known'});
      await tryton.call('quality.alert.defer', [[alert]]);
      expect(await to.lookUp(hold)).toEqual({is: 'unknown'});
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      expect(await mes.state('quality.alert', alert)).toBe('processing');
    });
  });

  describe('Tryton says yes and does nothing', () => {
    test('that is what it really does', async () => {
      const [id] = await tryton.call<number[]>('stock.shipment.internal.create', [
        [{reference: 'by hand', from_location: mes.storage, to_location: mes.quarantine}],
      ]);
      expect(await tryton.call('stock.shipment.internal.done', [[id]])).toBeNull();
      expect(await mes.state('stock.shipment.internal', id)).toBe('draft');
    });

    test.each([
      ['stock.shipment.internal.done', 'assigned'],
      ['stock.shipment.internal.create', ''],
    ])('%s', async (method, state) => {
      const lot = await mes.lot(`E-${method}`, 10);
      const to = await driver();
      const hold = message(`E-${method}`);
      between.fault = body => (does(method)(body) ? {answer: '{"id": 1, "result": null}'} : null);
      expect(await to.send(hold)).toMatchObject({is: 'rejected', why: expect.stringContaining(state)});
      expect(await to.lookUp(hold)).toEqual({is: 'unknown'});
      between.fault = () => null;
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      expect(await mes.quantity(lot, mes.quarantine)).toBe(10);
      expect((await shipments(hold.hold)).map(s => s.state)).toEqual(['done']);
    });
  });

  describe('answers that are lost', () => {
    test.each([
      ['stock.shipment.internal.create', 'drop-after', 'unknown'],
      ['stock.shipment.internal.assign_try', 'drop-after', 'unknown'],
      ['stock.shipment.internal.done', 'drop', 'known'],
      ['stock.shipment.internal.done', 'silence-after', 'known'],
    ] as const)('%s: %s', async (method, fault, seen) => {
      const lot = await mes.lot(`F-${method}-${fault}`, 10);
      const to = await driver({timeoutMs: 2_000});
      const hold = message(`F-${method}-${fault}`);
      let lost = false;
      between.fault = body => {
        if (lost || !does(method)(body)) return null;
        lost = true;
        return fault;
      };
      expect(await to.send(hold)).toMatchObject({is: 'unknown'});
      expect(await to.lookUp(hold)).toEqual({is: fault === 'drop' ? 'unknown' : seen});
      expect(await to.send(hold)).toEqual({is: 'acknowledged'});
      expect(await mes.quantity(lot, mes.quarantine)).toBe(10);
      expect((await shipments(hold.hold)).map(s => s.state)).toEqual(['done']);
    });

    test('before anything was written it was certainly not done', async () => {
      await mes.lot('G1', 10);
      const to = await driver();
      between.fault = body => (does('stock.lot.search_read')(body) ? 'drop' : null);
      expect(await to.send(message('G1'))).toMatchObject({is: 'not-delivered'});
      between.fault = () => ({answer: '<html>', status: 502});
      expect(await to.send(message('G1'))).toMatchObject({is: 'not-delivered'});
      expect(await to.lookUp(message('G1'))).toMatchObject({is: 'unreachable'});
    });
  });

  test('a session that ran out is renewed', async () => {
    await mes.lot('H1', 10);
    const to = await driver();
    let refused = 0;
    between.fault = body => (does('stock.lot.search_read')(body) && refused++ === 0 ? {answer: '', status: 401} : null);
    expect(await to.send(message('H1'))).toEqual({is: 'acknowledged'});
    expect(between.calls.filter(body => body.includes('common.db.login'))).toHaveLength(2);
  });

  describe('what Tryton will not do', () => {
    test('a lot that it does not know, one that is used up', async () => {
      const to = await driver();
      expect(await to.send(message('no-such-lot'))).toEqual({is: 'rejected', why: 'Tryton has no lot no-such-lot'});
      expect(await to.lookUp(message('no-such-lot'))).toEqual({is: 'unknown'});
      await tryton.call('stock.lot.create', [[{number: 'I0', product: 1}]]);
      expect(await to.send(message('I0'))).toEqual({is: 'rejected', why: 'Tryton has nothing of lot I0 in stock'});
    });

    test('two lots of the same number: it is not guessed which is meant', async () => {
      await tryton.call('stock.lot.create', [[{number: 'I1', product: 1}, {number: 'I1', product: 2}]]); // biome-ignore format: short
      const why = expect.stringContaining('more than one lot I1');
      expect(await (await driver()).send(message('I1'))).toEqual({is: 'rejected', why});
    });

    test('a user without the right', async () => {
      const lot = await mes.lot('J1', 10);
      await mes.user('reader', PASSWORD, []);
      const outcome = await (await driver({user: 'reader'})).send(message('J1'));
      expect(outcome).toMatchObject({is: 'rejected', why: expect.stringContaining('not allowed')});
      expect(await mes.quantity(lot, mes.storage)).toBe(10);
    });

    test.each([
      [{user: 'nobody'}, 'does not let nobody in'],
      [{quarantine: 'NOWHERE'}, "no storage location with the code or name 'NOWHERE'"],
      [{quarantine: 'BIN-1'}, 'in the storage zone'],
      [{database: 'other'}, 'HTTP 404'],
    ])('what is set up wrongly is waited for, not given up: %j', async (wrong, why) => {
      await mes.lot(`K-${why}`, 1);
      const to = await driver(wrong);
      const said = {is: 'not-delivered', why: expect.stringContaining(why)};
      expect(await to.send(message(`K-${why}`))).toMatchObject(said);
      expect(await to.lookUp(message(`K-${why}`))).toMatchObject({is: 'unreachable'});
    });
  });

  test('what other people put into quarantine stays there', async () => {
    const lot = await mes.lot('L1', 6);
    const byHand = await mes.lot('L2', 3, mes.quarantine);
    const to = await driver();
    const hold = message('L1');
    await to.send(hold);
    const also = message('L2');
    expect(await to.send(also)).toEqual({is: 'acknowledged'});
    expect(await to.send(message('L1', {action: 'release', hold: hold.hold}))).toEqual({is: 'acknowledged'});
    expect(await to.send(message('L2', {action: 'release', hold: also.hold}))).toEqual({is: 'acknowledged'});
    expect([await mes.quantity(lot, mes.quarantine), await mes.quantity(byHand, mes.quarantine)]).toEqual([0, 3]);
  });

  test('a lot in several places returns to each, less what was taken out of quarantine by hand', async () => {
    const lot = await mes.lot('N1', 10);
    const bin = await mes.place('BIN-2', mes.storage);
    await mes.move(lot, 4, mes.storage, bin);
    const to = await driver();
    const hold = message('N1');
    expect(await to.send(hold)).toEqual({is: 'acknowledged'});
    expect(await mes.quantity(lot, mes.quarantine)).toBe(10);
    await mes.move(lot, 1, mes.quarantine, mes.storage);
    expect(await to.lookUp(hold)).toEqual({is: 'unknown'});
    const release = message('N1', {hold: hold.hold, action: 'release', sequence: 2});
    expect(await to.send(release)).toEqual({is: 'acknowledged'});
    expect(await to.lookUp(release)).toEqual({is: 'known'});
    const places = [mes.quarantine, mes.storage, bin].map(place => mes.quantity(lot, place));
    const [left, stored, binned] = await Promise.all(places);
    expect([left, stored + binned]).toEqual([0, 10]);
    expect(binned).toBe(4);
  });

  test('a second hold on the lot is released by the last, which moved nothing', async () => {
    const lot = await mes.lot('M1', 6);
    const to = await driver();
    expect(await to.send(message('M1'))).toEqual({is: 'acknowledged'});
    const second = message('M1', {sequence: 2});
    expect(await to.send(second)).toEqual({is: 'acknowledged'});
    expect(await shipments(second.hold)).toEqual([]);
    expect(await to.send(message('M1', {hold: second.hold, action: 'release', sequence: 3}))).toEqual({
      is: 'acknowledged',
    });
    expect(await mes.quantity(lot, mes.storage)).toBe(6);
  });
});
