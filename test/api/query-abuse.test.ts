/** SQL that takes all it can get: it ends, alone, and everything else goes on. */
import {readdirSync, readFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {servedPlant} from './plant.ts';

const LIMITS = {seconds: 60, memoryMb: 200, processes: 1, waiting: 8};
const ENDLESS = 'with recursive t as (select 1 as n union all select n + 1 from t) select max(n) from t';

type Served = Awaited<ReturnType<typeof servedPlant>>;

const asking =
  ({http}: Served) =>
  (payload: object, headers: Record<string, string> = {}) =>
    http.inject({method: 'POST', url: '/v1/query', payload, headers});

/** Processes for SQL that this one has started: `ps` in files. */
function processes(): {pid: number; environment: string; limits: string; priority: number}[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
        const stat = read('stat').split(') ')[1].split(' ');
        const isOurs = read('cmdline').includes('sandbox/boot.js') && Number(stat[1]) === process.pid;
        // A process that has ended and was not yet asked how.
        if (!isOurs || stat[0] === 'Z') return [];
        const priority = Number(stat[16]);
        return [{pid: Number(pid), environment: read('environ'), limits: read('limits'), priority}];
      } catch {
        // Gone while it was looked at.
        return [];
      }
    });
}

describe('a query that is too much', () => {
  test('more memory than there is: it ends by itself, and the next is answered', async () => {
    const ask = asking(await servedPlant({empty: true, sql: LIMITS}));
    for (const sql of [
      'select length(range(400000000)) as n',
      // Hears no interrupt.
      "select length(repeat('a', 2000000000)) as n",
      "select length(format('{:>2000000000}', 'a')) as n",
    ]) {
      const much = await ask({sql});
      expect([much.statusCode, much.json<{code: string}>().code]).toEqual([422, 'QUERY_STOPPED']);
    }
    expect((await ask({sql: 'select 1 as x'})).json()).toMatchObject({rows: [{x: 1}]});
  });

  test('one without end is killed by the clock', async () => {
    const ask = asking(await servedPlant({empty: true, sql: {...LIMITS, seconds: 1}}));
    const answer = await ask({sql: ENDLESS});
    expect(answer.json()).toMatchObject({status: 422, code: 'QUERY_STOPPED', detail: expect.stringContaining('1 s')});
  });

  test('a pattern that takes other engines for ever is matched in linear time', async () => {
    const ask = asking(await servedPlant({empty: true, sql: LIMITS}));
    const answer = await ask({sql: "select regexp_matches(repeat('a', 1000000), '(a*)*(a*)*b') as x"});
    expect(answer.json()).toMatchObject({rows: [{x: false}]});
  });

  test('its process has no secrets, a limit on its memory, and a low priority; it goes with whoever asked', async () => {
    const served = await servedPlant({empty: true, sql: LIMITS});
    const {http} = served;
    await http.listen({host: '127.0.0.1', port: 0});
    const {port} = http.server.address() as AddressInfo;
    const gone = new AbortController();
    const body = JSON.stringify({sql: ENDLESS});
    const headers = {'content-type': 'application/json'};
    const asked = fetch(`http://127.0.0.1:${port}/v1/query`, {method: 'POST', body, headers, signal: gone.signal});
    asked.catch(() => undefined);
    const limited = () => processes().filter(({limits}) => !/Max address space\s+unlimited/.test(limits));
    while (limited().length === 0) await wait(50);
    const [{pid, environment, priority}] = limited();
    expect(environment).toBe('');
    expect(priority).toBe(10);
    await wait(500);
    expect(processes().map(p => p.pid)).toContain(pid);
    gone.abort();
    await expect(asked).rejects.toThrow();
    while (processes().some(p => p.pid === pid)) await wait(50);
    const answered = await asking(served)({sql: 'select 1 as x'});
    expect(answered.json()).toMatchObject({rows: [{x: 1}]});
  });

  test('of more than can wait the next is refused; who left the queue takes no turn', async () => {
    const {app} = await servedPlant({empty: true, sql: {...LIMITS, processes: 1, waiting: 1}});
    const [first, second] = [new AbortController(), new AbortController()];
    const ask = (sql: string, signal?: AbortSignal) =>
      app.queries.ask({sql}, {by: null, seesNames: false, form: 'json', signal});
    const running = ask(ENDLESS, first.signal);
    running.catch(() => undefined);
    await wait(300);
    const waiting = ask('select 1', second.signal);
    waiting.catch(() => undefined);
    await wait(100);
    await expect(ask('select 2')).rejects.toMatchObject({code: 'OVERLOADED'});
    second.abort();
    await expect(waiting).rejects.toMatchObject({code: 'CANCELLED'});
    first.abort();
    await expect(running).rejects.toMatchObject({code: 'CANCELLED'});
    expect((await ask('select 3')).rows).toBe(1);
  });
});

test('20 at once that take all they can get: each is answered or told, and ingest and dashboards go on', async () => {
  const served = await servedPlant({sql: {seconds: 1, memoryMb: 200, processes: 2, waiting: 8}});
  const {http} = served;
  let n = 0;
  const inspect = () => {
    const payload = {inspection: `X${n++}`, part: 'P1', result: 'pass', inspected_at: '2024-03-02T06:00:00Z'};
    return http.inject({method: 'POST', url: '/v1/inspections', payload});
  };
  const look = () => http.inject('/v1/pareto?by=product');
  const took = async (times: number): Promise<{ingest: number[]; pareto: number[]}> => {
    const ms = {ingest: [] as number[], pareto: [] as number[]};
    for (let k = 0; k < times; k++) {
      for (const [name, act] of [
        ['ingest', inspect],
        ['pareto', look],
      ] as const) {
        const began = performance.now();
        expect((await act()).statusCode).toBe(200);
        ms[name].push(performance.now() - began);
      }
    }
    return {ingest: ms.ingest.sort((a, b) => a - b), pareto: ms.pareto.sort((a, b) => a - b)};
  };
  await took(5);
  const idle = await took(25);
  const bombs = [
    ENDLESS,
    "select length(repeat('a', 2000000000))",
    'select sum(a.range * b.range) from range(1e9::bigint) a, range(1e9::bigint) b',
  ];
  const attack = Array.from({length: 20}, (_, k) => asking(served)({sql: bombs[k % 3]}));
  const busy = await took(25);
  const answers = await Promise.all(attack);
  const statuses = answers.map(({statusCode}) => statusCode);
  expect(statuses.filter(status => status === 429)).toHaveLength(10);
  expect(statuses.filter(status => status === 422)).toHaveLength(10);
  expect(answers.find(({statusCode}) => statusCode === 429)!.headers['retry-after']).toBe('5');
  for (const name of ['ingest', 'pareto'] as const) {
    const ratio = (share: number) => busy[name][Math.floor(share * 24)] / idle[name][Math.floor(share * 24)];
    console.log(`${name} during the attack, of idle: median ${ratio(0.5).toFixed(1)}, p99 ${ratio(0.99).toFixed(1)}`);
    expect(ratio(0.5)).toBeLessThan(8);
  }
});
