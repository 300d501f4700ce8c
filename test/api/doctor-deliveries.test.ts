/** What doctor says of deliveries, from a real ledger. */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {examineDeliveries} from '../../api/doctor-deliveries.ts';
import {startDemoMes} from '../../api/write-back/demo-mes.ts';
import {SECRET, type TestPlant, testPlant} from './write-back/plant.ts';

let plant: TestPlant;
beforeEach(async () => {
  plant = await testPlant(['mes']);
});
afterEach(() => plant.remove());

const told = (afterMs = 0) => examineDeliveries([...plant.ledger.entries()], new Date(Date.now() + afterMs));

test('how many wait for which receiver, since when and why; a moment is no fault', async () => {
  expect(told()).toEqual([{what: 'deliveries', ok: true, detail: 'none waits, none is rejected'}]);
  await plant.held('L1', 'L2');
  const {at} = plant.ledger.entries().at(-1)!;
  const waits = `2 for mes wait, the oldest since ${at}`;
  expect(told()).toMatchObject([{ok: true, warning: true, detail: `${waits}: not tried yet`}]);
  const mes = await startDemoMes({secret: SECRET});
  await mes.stop();
  await (await plant.outbox(mes.url, {times: 1})).deliver();
  const [check, ...others] = told(120_000);
  expect(check).toMatchObject({what: 'deliveries', ok: false, hint: expect.stringContaining('fishbone deliver')});
  expect(check.detail.startsWith(`${waits}: `)).toBe(true);
  expect(check.detail).toContain('ECONNREFUSED');
  expect(others).toEqual([]);
});

test('what the receiver rejects, and what a person has to decide', async () => {
  const log: string[] = [];
  const refusing = await startDemoMes({secret: SECRET, faults: () => 'refuse'});
  const id = await plant.held('L1', 'L2');
  const {at} = plant.ledger.entries().at(-1)!;
  await (await plant.outbox(refusing.url, {log})).deliver({waitSeconds: 30});
  await refusing.stop();
  expect(told()).toMatchObject([
    {ok: true, warning: true, detail: expect.stringMatching(`^2 rejected by mes, the first of ${at}: .*is not known`)},
  ]);
  // One line for the hold, whatever its number of lots.
  expect(log).toEqual([
    expect.stringMatching(
      `^mes: hold of lot L[12] of hold ${id} is rejected: .*; a person decides: see "fishbone hold show ${id}"$`,
    ),
  ]);
});
