/** Adjusting a machine, against a real OPC UA server: within limits, once, read back; otherwise not at all, and said. */
import {readdirSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {checkRules} from '../../../api/responses/check-rules.ts';
import {Book} from '../../../api/write-back/book.ts';
import type {ReceiverConfig} from '../../../api/write-back/drivers/drivers.ts';
import {openDrivers, ReceiverSettings} from '../../../api/write-back/drivers/drivers.ts';
import {Outbox} from '../../../api/write-back/outbox.ts';
import {Ledger} from '../../../warehouse/ledger.ts';
import {temporaryFolder} from '../plant.ts';
import {type Machine, startMachine} from './machine.ts';
import {inspect, plantWith, rulesOf, soon} from './plant.ts';

const press = (machine: Machine, more: object = {}): ReceiverConfig =>
  ReceiverSettings.parse({
    driver: 'opcua',
    endpoint: machine.endpoint,
    securityMode: 'None',
    timeoutMs: 1_000,
    nodes: {
      speed: {node: 'ns=1;s=Press1.speed', min: 5, max: 12, maxStep: 2},
      count: {node: `nsu=${machine.namespace};s=Press1.count`, min: 0, max: 100, maxStep: 50},
    },
    methods: {
      reset: {object: 'ns=1;s=Press1', method: 'ns=1;s=Press1.reset', arguments: [{type: 'Double', min: 0, max: 10}]},
      confirmed: {
        object: 'ns=1;s=Press1',
        method: 'ns=1;s=Press1.reset',
        arguments: [{type: 'Double', min: 0, max: 10}],
        confirm: {node: 'ns=1;s=Press1.counter', is: 1},
      },
    },
    ...more,
  });
const adjusts = (wanted: object, limits = {}) =>
  rulesOf({slower: {when: {fail: {}}, then: [{do: 'adjust', to: 'press', ...wanted}], limits}});

/** What becomes of one fail. */
async function adjusted(machine: Machine, wanted: object, receiver: object = {}) {
  const {app} = await plantWith({receivers: {press: press(machine, receiver)}, responses: adjusts(wanted)});
  await inspect(app, {inspection: 'I1', part: 'P1'});
  const delivery = () => app.responses.log()[0]?.deliveries[0];
  await soon(() =>
    expect(delivery()?.state === 'acknowledged' || delivery()?.state === 'rejected' || delivery()?.askPerson).toBe(
      true,
    ),
  );
  return {app, ...delivery()};
}

test('a fail makes the press slower by a step, once, and what was written is read back', async () => {
  const machine = await startMachine();
  const {app, state} = await adjusted(machine, {set: 'speed', step: -0.5});
  expect(state).toBe('acknowledged');
  expect(machine.writes).toEqual([['speed', 9.5]]);
  // The same fail once more changes nothing.
  await inspect(app, {inspection: 'I1', part: 'P1', confidence: 0.4, recorded_at: new Date().toISOString()});
  await inspect(app, {inspection: 'I2', part: 'P2'});
  await soon(() =>
    expect(machine.writes).toEqual([
      ['speed', 9.5],
      ['speed', 9],
    ]),
  );
});

test('a whole number to a node that is named by its namespace; a method', async () => {
  const machine = await startMachine();
  expect(await adjusted(machine, {set: 'count', value: 7})).toMatchObject({state: 'acknowledged'});
  expect(machine.writes).toEqual([['count', 7]]);
  expect(await adjusted(machine, {set: 'count', step: 0.5})).toMatchObject({
    state: 'rejected',
    why: expect.stringContaining('7.5 is no whole number'),
  });
  expect(await adjusted(machine, {call: 'reset', arguments: [2.5]})).toMatchObject({state: 'acknowledged'});
  expect(machine.calls).toEqual([2.5]);
});

test('encrypted, with a user', async () => {
  const machine = await startMachine({isSecured: true});
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'password'), 'secret\n');
  const receiver = press(machine, {
    securityMode: 'SignAndEncrypt',
    user: 'fishbone',
    passwordFile: join(folder, 'password'),
  });
  const {app, folder: home} = await plantWith({
    receivers: {press: receiver},
    responses: adjusts({set: 'speed', value: 11}),
  });
  await inspect(app, {inspection: 'I1', part: 'P1'});
  // A certificate that nobody has seen: said, and tried again until somebody trusts it.
  await soon(() => expect(app.responses.log()[0].deliveries[0].why).toContain('is not trusted'));
  expect(machine.writes).toEqual([]);
  const certificates = join(home, 'receivers', 'press', 'certificates');
  for (const name of readdirSync(join(certificates, 'rejected')))
    renameSync(join(certificates, 'rejected', name), join(certificates, 'trusted', 'certs', name));
  await soon(() => expect(machine.writes).toEqual([['speed', 11]]));
});

test.each([
  ['above the max', {set: 'speed', step: 2}, {}, '13 is above the max 12 of speed; nothing was written', 11],
  ['below the min', {set: 'speed', step: -2}, {}, '4 is below the min 5 of speed; nothing was written', 6],
  [
    'too far at once',
    {set: 'speed', value: 12},
    {},
    'from 6 to 12 is more than the maxStep 2 of speed; nothing was written',
    6,
  ],
])('%s: nothing is written, and that is said', async (_what, wanted, receiver, why, speed) => {
  const machine = await startMachine();
  machine.values.speed = speed;
  expect(await adjusted(machine, wanted, receiver)).toMatchObject({
    state: 'rejected',
    why: expect.stringContaining(why),
  });
  expect(machine.writes).toEqual([]);
});

test.each([
  ['a machine that refuses', 'refuses', 'the machine refuses the write: BadUserAccessDenied', []],
  [
    'a value that reads back otherwise',
    'forgets',
    '9 was written without an error, but ns=1;s=Press1.speed reads 10',
    [['speed', 9]],
  ],
  ['a value whose status is bad', 'bad-status', 'its status is BadSensorFailure', []],
] as const)('%s is told', async (_what, fault, why, writes) => {
  const machine = await startMachine();
  machine.fault = fault;
  expect(await adjusted(machine, {set: 'speed', value: 9})).toMatchObject({
    state: 'rejected',
    why: expect.stringContaining(why),
  });
  expect(machine.writes).toEqual(writes);
});

test('a write whose answer never came is looked up by reading back: a step is not made twice', async () => {
  const machine = await startMachine();
  machine.fault = 'hangs-after-write';
  expect(await adjusted(machine, {set: 'speed', step: -1})).toMatchObject({state: 'acknowledged', attempts: 1});
  expect(machine.writes).toEqual([['speed', 9]]);
});

test('a call whose answer never came: by its confirm, else a person says, and nothing is called twice', async () => {
  const machine = await startMachine();
  machine.fault = 'hangs-after-write';
  expect(await adjusted(machine, {call: 'confirmed', arguments: [1]})).toMatchObject({
    state: 'acknowledged',
    attempts: 1,
  });
  const {app, askPerson, id} = await adjusted(machine, {call: 'reset', arguments: [1]});
  expect({askPerson, calls: machine.calls}).toEqual({askPerson: true, calls: [1, 1]});
  expect(app.responses.list()).toMatchObject([{askPerson: 1, open: 1}]);
  await app.settleResponse({id: id!, as: 'acknowledged', by: 'Ben', why: 'the counter says 2'});
  expect(app.responses.list()).toMatchObject([{askPerson: 0, open: 0}]);
  expect(machine.calls).toEqual([1, 1]);
});

test('a machine that is away is waited for, but not for longer than the rule says', async () => {
  const machine = await startMachine();
  await machine.stop();
  const receivers = {press: press(machine)};
  const {app} = await plantWith({receivers, responses: adjusts({set: 'speed', value: 11}, {notAfter: '1 minute'})});
  await inspect(app, {inspection: 'I1', part: 'P1'});
  await soon(() =>
    expect(app.responses.log()[0].deliveries[0]).toMatchObject({
      state: 'queued',
      why: expect.stringContaining('cannot be reached'),
    }),
  );
  await machine.start();
  await soon(() => expect(machine.writes).toEqual([['speed', 11]]));
  const late = await plantWith({receivers, responses: adjusts({set: 'speed', value: 10}, {notAfter: '1 second'})});
  await machine.stop();
  await inspect(late.app, {inspection: 'I1', part: 'P1'});
  await soon(() =>
    expect(late.app.responses.log()[0].deliveries[0]).toMatchObject({
      state: 'rejected',
      why: expect.stringContaining('it is too late'),
    }),
  );
  expect(machine.writes).toEqual([['speed', 11]]);
});

test('two senders: the first is fenced off, and the machine is adjusted once', async () => {
  const machine = await startMachine();
  const folder = temporaryFolder();
  const ledger = await Ledger.open(folder);
  const book = Book.of(ledger);
  const action = {
    id: 'm1',
    do: 'adjust' as const,
    receiver: 'press',
    lane: 'set speed',
    notAfter: null,
    content: {set: 'speed', step: -1},
  };
  const firing = {id: 'f1', at: '2026-03-01T06:00:00.000Z', keys: {}, about: {}, actions: [action], lacking: []};
  const entry = {did: 'fire' as const, rule: 'r', digest: 'd', plant: 'P', batch: 1, fired: [firing], withheld: []};
  // Two that judge the same write it down twice: it counts once.
  await book.respond(entry);
  await book.respond(entry);
  const outbox = async () =>
    new Outbox(ledger, {drivers: await openDrivers({receivers: {press: press(machine)}, folder})});
  const [first, second] = [await outbox(), await outbox()];
  const done = await Promise.allSettled([first.deliver({waitSeconds: 5}), second.deliver({waitSeconds: 5})]);
  expect(done.map(({status}) => status)).toEqual(['fulfilled', 'fulfilled']);
  expect(machine.values.speed).toBe(9);
  expect(book.responseDelivery('m1')).toMatchObject({
    state: 'acknowledged',
    plan: {target: 9},
  });
  await ledger.close();
});

test('limits that a rule can never keep are found in the configuration', async () => {
  const receivers = {press: press({endpoint: 'opc.tcp://127.0.0.1:1', namespace: 'urn:press'} as Machine)};
  const complaint = (wanted: object) => {
    try {
      checkRules(adjusts(wanted), receivers, 'fishbone.json');
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(complaint({set: 'speed', value: 13})).toBe(
    'fishbone.json: responses.slower.then.0: 13 is above the max 12 of speed',
  );
  expect(complaint({set: 'speed', step: 3})).toContain('a step of 3 is more than the maxStep 2');
  expect(complaint({set: 'heat', value: 1})).toContain('there is no node "heat": the nodes are speed, count');
  expect(complaint({call: 'reset', arguments: [11]})).toContain('11 is above the max 10 of argument 1 of reset');
  expect(complaint({call: 'reset'})).toContain('reset takes 1 arguments, not 0');
  expect(complaint({set: 'speed', value: 12})).toBe('taken');
});
