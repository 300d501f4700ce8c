/**
 * Whatever is sent to any route of the document, the server answers as the document says: never with a failure of its own,
 * always with a problem where it refuses, and it leaves nothing behind. FISHBONE_FUZZ=N asks each route N times, each run
 * differently; without it few requests are sent, the same ones always.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import {ERROR_CODES} from '../../api/errors.ts';
import {KEPT} from '../../api/openapi/describe.ts';
import {Problem} from '../../api/problem.ts';
import {type Fuzzed, requestsOf, routesOf} from './fuzz-requests.ts';
import {servedPlant} from './plant.ts';

const LONG = Number(process.env.FISHBONE_FUZZ ?? 0);
const RUNS = LONG || 8;
const SEED = LONG ? undefined : 20_260_101;

const routes = routesOf(JSON.parse(readFileSync(KEPT, 'utf8')) as Parameters<typeof routesOf>[0]).filter(
  ({path}) => path !== '/v1/events',
);

interface Answer {
  status: number;
  type: string;
  text: string;
}

test('no request is answered with a failure, and every refusal is a problem', async () => {
  const {app, http, folder} = await servedPlant();
  const address = new URL(await http.listen({host: '127.0.0.1', port: 0}));
  const agent = new Agent({keepAlive: true, maxSockets: 2});
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  onTestFinished(() => {
    process.off('unhandledRejection', hear);
    agent.destroy();
  });
  const ask = ({method, path, headers, body}: Fuzzed) =>
    new Promise<Answer>((resolve, reject) => {
      const asked = request({host: address.hostname, port: address.port, agent, method, path, headers}, response => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(pieces).toString(),
          }),
        );
      });
      asked.on('error', reject);
      asked.end(body ?? undefined);
    });

  const statuses = new Map<number, number>();
  for (const route of routes) {
    await fc.assert(
      fc.asyncProperty(requestsOf(route), async fuzzed => {
        const answer = await ask(fuzzed);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        check(answer);
        expect(unhandled).toEqual([]);
      }),
      {numRuns: RUNS, seed: SEED, endOnFailure: true},
    );
  }

  // It was no wall of refusals: much was answered.
  expect(statuses.get(200)).toBeGreaterThan(routes.length / 2);
  expect(statuses.get(400)).toBeGreaterThan(routes.length);
  expect((await ask({method: 'GET', path: '/readyz', headers: {}, body: null})).status).toBe(200);
  expect((await ask({method: 'GET', path: '/v1/yield', headers: {}, body: null})).status).toBe(200);
  // Nothing of any request is left behind.
  await expect.poll(() => readdirSync(join(folder, 'tmp'))).toEqual([]);
  await expect.poll(() => http.traffic.inFlight).toBe(0);
  expect(app.live.watchers).toBe(0);
});

function check({status, type, text}: Answer): void {
  if (status < 400) return;
  expect(status, text).toBeLessThan(500);
  expect(type, text).toContain('application/problem+json');
  const problem = Problem.parse(JSON.parse(text));
  expect(problem.status).toBe(status);
  expect(ERROR_CODES).toContain(problem.code);
  expect(problem.detail).not.toBe('');
}
