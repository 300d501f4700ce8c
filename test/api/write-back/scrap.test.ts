import {afterEach, beforeEach, expect, test} from 'vitest';
import {type DemoMes, startDemoMes} from '../../../api/write-back/demo-mes.ts';
import {SECRET, suspect, type TestPlant, testPlant} from './plant.ts';

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

test('a webhook is told lot.scrap for what is scrapped, lot.release for the rest, in the sequence of each lot', async () => {
  const outbox = await plant.outbox(mes.url);
  const id = await plant.held('L1', 'L2');
  await outbox.deliver();
  await plant.holds.scrap(id, {reason: 'NOT-REPAIRABLE', by: 'Ben', lots: ['L1']});
  await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
  expect(await outbox.deliver()).toMatchObject({acknowledged: 2, rejected: 0, waiting: 0});
  expect(
    mes.effects
      .slice(2)
      .map(({type, lot, sequence}) => `${type} ${lot} ${sequence}`)
      .sort(),
  ).toEqual(['lot.release L2 2', 'lot.scrap L1 2']);
  expect([[...mes.scrapped], mes.held.size, mes.forged]).toEqual([['L1'], 0, 0]);
  expect(plant.holds.show(id).lots.find(({action}) => action === 'scrap')).toMatchObject({seenAtMes: true});
});

test('an entry of the system has no effect on a hold that was decided on since, nor by a person, nor without children', async () => {
  const id = await plant.held('L1');
  const {fence} = plant.holds.open(id)[0];
  const lots = [{lot: 'L9', parts: 1, through: 'lot L1'}];
  const inherit = {
    did: 'inherit',
    hold: id,
    authenticated: false,
    fence,
    asOf: 4,
    plant: 'P1',
    receivers: ['mes'],
    lots,
    actions: [],
  };
  // However it came into the ledger.
  await plant.ledger.append('hold', {...inherit, by: 'Anna'});
  await plant.ledger.append('hold', {...inherit, by: 'fishbone', fence: fence - 1});
  await plant.held('L2');
  expect(plant.holds.show(id).coverage.map(({lot}) => lot)).toEqual(['L1']);
  const stale = plant.holds.found(id, {fence: fence - 1, asOf: 4, descendants: lots, reasons: []});
  await expect(stale).rejects.toThrow('decided on meanwhile');
  await plant.holds.found(id, {fence, asOf: 4, descendants: lots, reasons: ['something changed']});
  expect(plant.holds.show(id).coverage[1]).toMatchObject({
    lot: 'L9',
    state: 'held',
    inherited: {through: 'lot L1', asOf: 4},
  });
  expect(plant.holds.show(id).review?.reasons).toEqual(['something changed']);
  await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
  const late = plant.holds.found(id, {fence: fence + 3, asOf: 5, descendants: [{...lots[0], lot: 'L10'}], reasons: []});
  await expect(late).rejects.toThrow('does not reach');
});

test('holds of an early ledger, which say nothing of children or of who refuses, stay as they were', async () => {
  const early = {hold: 'H-20240101-00000001', by: 'Anna', authenticated: false};
  const {contained, reason, text, permalink} = suspect(['L1']);
  const lots = [{lot: 'L1', parts: 10}];
  await plant.ledger.append('hold', {
    ...early,
    did: 'propose',
    reason,
    text,
    permalink,
    parts: 10,
    lots,
    looseParts: 0,
    evidence: contained,
  });
  await plant.ledger.append('hold', {...early, did: 'refuse', why: 'taken back'});
  await plant.holds.propose(suspect(['L2']));
  const hold = plant.holds.show(early.hold);
  expect([hold.decision, hold.children, hold.coverage[0].state]).toEqual(['refused', false, 'refused']);
});
