import {createHash} from 'node:crypto';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {FishboneError} from '../../../api/errors.ts';
import {Holds} from '../../../api/write-back/holds.ts';
import type {Ledger} from '../../../warehouse/ledger.ts';
import {suspect, type TestPlant, testPlant} from './plant.ts';

let plant: TestPlant;
beforeEach(async () => {
  plant = await testPlant();
});
afterEach(() => plant.remove());

const refused = (code: string) => expect.objectContaining({code}) as unknown as Error;
const entriesOf = (ledger: Ledger) => ledger.entries().map(({body}) => (body as {did: string}).did);

test('proposed, approved by another, released with a reason: the whole life, one ledger entry a decision', async () => {
  const {id, decision, evidence, lots} = await plant.holds.propose(suspect(['L1', 'L2']));
  expect({decision, lots}).toEqual({decision: 'proposed', lots: []});
  expect(evidence).toEqual(suspect(['L1', 'L2']).contained);
  // What it is about is known before anybody is told.
  expect(plant.holds.show(id).covers).toBe(2);
  const approved = await plant.holds.approve(id, 'Ben');
  expect(approved.lots).toMatchObject([
    {lot: 'L1', action: 'hold', delivery: 'queued', receiver: 'mes', seenAtMes: null},
    {lot: 'L2', action: 'hold', delivery: 'queued', receiver: 'mes', seenAtMes: null},
  ]);
  const released = await plant.holds.release(id, {reason: 'SORTED', by: 'Anna'});
  expect(released.events.map(({by, what, why}) => [by, what, why])).toMatchObject([
    ['Anna', 'proposed', 'SCRATCH'],
    ['Ben', 'approved', null],
    ['Anna', 'released', 'SORTED'],
  ]);
  expect(released.lots.map(({lot, action}) => `${action} ${lot}`)).toEqual([
    'hold L1',
    'hold L2',
    'release L1',
    'release L2',
  ]);
  expect(entriesOf(plant.ledger)).toEqual(['propose', 'approve', 'release']);
});

test('decision and deliveries stand in one entry; the key is sha256 over plant, lot, hold and action', async () => {
  const id = await plant.held('L1');
  const second = await plant.held('L1');
  const bodies = plant.ledger.entries().map(({body}) => body as {actions?: {id: string; sequence: number}[]});
  const key = createHash('sha256').update(`["P1","L1","${id}","hold"]`).digest('hex');
  expect(bodies[1].actions).toEqual([{id: key, lot: 'L1', action: 'hold', parts: 10, sequence: 1}]);
  expect(bodies[3].actions?.[0]).toMatchObject({sequence: 2});
  expect(bodies[3].actions?.[0].id).not.toBe(key);
  expect(second).not.toBe(id);
});

describe('who may', () => {
  test.each(['Anna', ' anna ', 'ANNA', 'Anna\u00a0', 'Ａnna'])(
    'the proposer never approves, not even as %j',
    async name => {
      const {id} = await plant.holds.propose(suspect(['L1'], 'Anna'));
      await expect(plant.holds.approve(id, name)).rejects.toThrow(refused('HOLD_SAME_PERSON'));
      expect(plant.holds.show(id).decision).toBe('proposed');
      expect(entriesOf(plant.ledger)).toEqual(['propose']);
    },
  );

  test('an error carries status and exit code; a name is needed; a self-declared name is recorded as such', async () => {
    const {id} = await plant.holds.propose(suspect(['L1']));
    const error = await plant.holds.approve(id, 'Anna').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FishboneError);
    expect(error).toMatchObject({status: 403, exitCode: 1, hint: 'another person has to approve it'});
    await expect(plant.holds.approve(id, '  ')).rejects.toThrow(refused('HOLD_INCOMPLETE'));
    await plant.holds.approve(id, {name: 'Ben', authenticated: true});
    expect(plant.ledger.entries().map(({body}) => (body as {authenticated: boolean}).authenticated)).toEqual([
      false,
      true,
    ]);
  });
});

describe('parallel attempts', () => {
  test('of two approvals the first recorded counts and the other is told', async () => {
    const {id} = await plant.holds.propose(suspect(['L1']));
    const outcomes = await Promise.allSettled(['Ben', 'Cem', 'Dora'].map(name => plant.holds.approve(id, name)));
    expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(outcomes[1]).toMatchObject({reason: {code: 'HOLD_ALREADY_DECIDED', status: 409}});
    expect(String((outcomes[1] as PromiseRejectedResult).reason)).toMatch(
      /was approved by Ben at .*too late to approve/,
    );
    expect(plant.holds.show(id).lots).toHaveLength(1);
  });

  test('approve and refuse, and two doors to the same ledger', async () => {
    const {id} = await plant.holds.propose(suspect(['L1']));
    const door = new Holds(plant.ledger, {plant: 'P1', receivers: ['mes']});
    const outcomes = await Promise.allSettled([plant.holds.refuse(id, 'Ben', 'false alarm'), door.approve(id, 'Cem')]);
    expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected']);
    expect(door.show(id)).toMatchObject({decision: 'refused', lots: []});
    await expect(door.release(id, {reason: 'X', by: 'Cem'})).rejects.toThrow(refused('HOLD_NOT_APPROVED'));
  });

  test('two releases: one counts', async () => {
    const id = await plant.held('L1');
    const release = () => plant.holds.release(id, {reason: 'SORTED', by: 'Cem'});
    const outcomes = await Promise.allSettled([release(), release()]);
    expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected']);
    expect(plant.holds.show(id).lots.filter(({action}) => action === 'release')).toHaveLength(1);
  });

  test('an entry that breaks a rule has no effect, however it came into the ledger', async () => {
    const {id} = await plant.holds.propose(suspect(['L1'], 'Anna'));
    const approval = {did: 'approve', hold: id, authenticated: false, plant: 'P1', receivers: ['mes'], actions: []};
    await plant.ledger.append('hold', {...approval, by: 'anna'});
    await plant.holds.propose(suspect(['L2']));
    expect(plant.holds.show(id).decision).toBe('proposed');
  });
});

describe('what is refused', () => {
  test('a release without a reason, an unknown hold, a population without lots', async () => {
    const id = await plant.held('L1');
    await expect(plant.holds.release(id, {reason: ' ', by: 'Ben'})).rejects.toThrow(refused('HOLD_INCOMPLETE'));
    await expect(plant.holds.approve('H-0', 'Ben')).rejects.toThrow(refused('HOLD_NOT_FOUND'));
    expect(() => plant.holds.show('H-0')).toThrow('there is no hold H-0');
    await expect(plant.holds.propose(suspect([]))).rejects.toThrow('nothing to hold');
    const loose = suspect(['L1']);
    const hold = await plant.holds.propose({...loose, contained: {...loose.contained, looseParts: ['p1', 'p2']}});
    expect(hold.events[1]).toMatchObject({what: 'not covered', why: expect.stringContaining('2 suspect parts')});
  });
});

test('a release does not free a lot that another approved hold still covers; the last one does', async () => {
  const first = await plant.held('L1', 'L2');
  const second = await plant.held('L2', 'L3');
  await plant.holds.propose(suspect(['L1'])); // Only proposed: it holds nothing.
  const released = await plant.holds.release(first, {reason: 'SORTED', by: 'Ben'});
  expect(released.lots.filter(({action}) => action === 'release').map(({lot}) => lot)).toEqual(['L1']);
  expect(released.events.at(-1)).toMatchObject({
    what: 'kept',
    why: `lot L2 is still held by ${second}: its release was not sent`,
  });
  const last = await plant.holds.release(second, {reason: 'SORTED', by: 'Ben'});
  expect(last.lots.filter(({action}) => action === 'release').map(({lot}) => lot)).toEqual(['L2', 'L3']);
});

test('without a receiver the decision stands and says that nobody was told', async () => {
  const alone = await testPlant([]);
  const id = await alone.held('L1');
  expect(alone.holds.show(id)).toMatchObject({decision: 'approved', lots: []});
  expect(alone.holds.show(id).events.at(-1)).toMatchObject({what: 'not sent', why: 'no receiver is configured'});
  await alone.remove();
});

test('everything is read back from the ledger alone', async () => {
  const id = await plant.held('L1', 'L2');
  await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
  await plant.held('L3');
  const before = plant.holds.list();
  await plant.ledger.close();
  const again = await testPlant(['mes'], plant.folder);
  expect(again.holds.list()).toEqual(before);
  await again.ledger.close();
});
