/** Questions of pages wait for each other, and are refused when nobody would wait so long; recording does not wait for them. */
import {availableParallelism} from 'node:os';
import {expect, test} from 'vitest';
import {inTurn, waitingQuestions} from '../../api/turns.ts';
import {servedPlant} from './plant.ts';

test('a core is left to recording, 64 wait, the next is refused; what is soon answered and all others go past', async () => {
  const {app, http} = await servedPlant();
  const atOnce = Math.min(8, Math.max(1, availableParallelism() - 1));
  let running = 0;
  let most = 0;
  const go: (() => void)[] = [];
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>(resolve => go.push(resolve));
    running--;
  };
  const asked = Array.from({length: atOnce + 64}, () => inTurn(app, 'pareto', work));
  expect(waitingQuestions(app)).toBe(64);
  const refused = await http.inject({url: '/v1/yield'});
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '5']);
  expect(refused.json()).toMatchObject({code: 'OVERLOADED'});
  const row = {inspection: 'T1', part: 'P1', inspected_at: '2024-03-02T08:00:00Z', result: 'pass'};
  expect((await http.inject({method: 'POST', url: '/v1/inspections', payload: row})).statusCode).toBe(200);
  expect((await http.inject({url: '/v1/trace/part/P1'})).statusCode).toBe(200);
  let isDone = false;
  const done = Promise.all(asked).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    for (const next of go.splice(0)) next();
    await new Promise(resolve => setImmediate(resolve));
  }
  await done;
  expect([most, waitingQuestions(app)]).toEqual([atOnce, 0]);
  await expect(inTurn(app, 'pareto', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await http.inject({url: '/v1/yield'})).statusCode).toBe(200);
});
