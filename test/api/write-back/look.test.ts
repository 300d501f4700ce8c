/** The state of lots as it is read from the MES: from a MES over real HTTP, in which somebody else works too. */
import {setTimeout as wait} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type DemoMes, startDemoMes} from '../../../api/write-back/demo-mes.ts';
import {SECRET, type TestPlant, testPlant} from './plant.ts';

let plant: TestPlant;
let mes: DemoMes;
beforeEach(async () => {
  plant = await testPlant();
  mes = await startDemoMes({secret: SECRET});
});
afterEach(async () => {
  await mes.stop();
  await plant.remove();
});

test('each lot as the MES tells it, by what it was told last, whichever hold told it', async () => {
  const outbox = await plant.outbox(mes.url, {timeoutMs: 300});
  const first = await plant.held('L1', 'L2', 'L3');
  expect((await outbox.look(first)).map(({lot, state, hold}) => [lot, state, hold])).toEqual([
    ['L1', 'not-told', null],
    ['L2', 'not-told', null],
    ['L3', 'not-told', null],
  ]);
  await outbox.deliver();
  await plant.holds.release(first, {reason: 'SORTED', by: 'Ben'});
  await outbox.deliver();
  const second = await plant.held('L2');
  await outbox.deliver();
  // Somebody at the MES holds L3 by hand.
  mes.held.set('L3', 'by hand');
  const told = {receiver: 'mes', hold: first, action: 'release', why: null};
  expect(await outbox.look(first)).toEqual([
    {...told, lot: 'L1', state: 'free'},
    {...told, lot: 'L2', state: 'held', hold: second, action: 'hold'},
    {...told, lot: 'L3', state: 'otherwise', why: 'it says held'},
  ]);
  expect(() => outbox.look('H-0')).toThrow('there is no hold H-0');
});

test('a MES that has lost a message, and one that does not answer', async () => {
  const outbox = await plant.outbox(mes.url, {timeoutMs: 300});
  const lots = Array.from({length: 40}, (_, k) => `L${k}`);
  const id = await plant.held(...lots);
  await outbox.deliver();
  const port = Number(new URL(mes.url).port);
  await mes.stop();
  // Gone: the first few are tried, and the rest is not waited for one by one.
  const silent = await outbox.look(id);
  expect(silent).toHaveLength(40);
  expect(new Set(silent.map(({state}) => state))).toEqual(new Set(['unreadable']));
  expect(silent.filter(({why}) => why?.startsWith('not asked')).length).toBeGreaterThanOrEqual(40 - 3 - 8);
  // Back, and it has forgotten everything.
  mes = await startDemoMes({secret: SECRET, port});
  await wait(10);
  const forgotten = await outbox.look(id);
  expect(forgotten.every(({state, why}) => state === 'otherwise' && why === 'it does not know of the hold')).toBe(true);
});
