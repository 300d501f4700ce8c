import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Warehouse} from '../../warehouse/store.ts';
import {startServer} from '../api/plant.ts';
import {folder} from '../warehouse/plant-in-a-folder.ts';

/** One request each, all at once, as inspection stations do whose server does not keep up. */
async function post(address: string, ids: readonly string[]): Promise<Map<string, Response | null>> {
  const one = async (id: string): Promise<[string, Response | null]> => {
    const inspection = {inspection: id, part: `P-${id}`, result: 'pass', inspected_at: '2024-05-01T00:00:00Z'};
    const more = Array.from({length: 40}, (_, k) => ({...inspection, inspection: `${id}.${k}`}));
    const body = JSON.stringify([inspection, ...more]);
    const headers = {'content-type': 'application/json'};
    const response = await fetch(`${address}/v1/inspections`, {method: 'POST', headers, body}).catch(() => null);
    await response?.arrayBuffer().catch(() => null);
    return [id, response];
  };
  return new Map(await Promise.all(ids.map(one)));
}

const acknowledged = (answers: ReadonlyMap<string, Response | null>) =>
  [...answers].filter(([, response]) => response?.status === 200).map(([id]) => id);

async function stored(path: string): Promise<Set<string>> {
  const warehouse = await Warehouse.open(path);
  const rows = await warehouse.read(undefined, session =>
    session.rows<{inspection: string}>('select inspection from inspections'),
  );
  await warehouse.close();
  return new Set(rows.map(row => row.inspection));
}

test('more than it can take is put off with 429 and Retry-After; told to stop, it drains; what it acknowledged is there', async () => {
  const path = join(folder(), 'W');
  mkdirSync(path);
  const server = await startServer(path);
  const ids = Array.from({length: 800}, (_, k) => `I${k}`);
  const answers = await post(server.address, ids);
  const statuses = new Set([...answers.values()].map(response => response?.status));
  expect(statuses).toEqual(new Set([200, 429]));
  const putOff = [...answers.values()].filter(response => response?.status === 429);
  expect(putOff.every(response => Number(response?.headers.get('retry-after')) > 0)).toBe(true);
  // Who asks waits for what was acknowledged. Sent again when it is quiet, they are taken.
  await (await fetch(`${server.address}/v1/batches`)).arrayBuffer();
  const again = [...answers]
    .filter(([, response]) => response?.status === 429)
    .map(([id]) => id)
    .slice(0, 100);
  expect(acknowledged(await post(server.address, again))).toEqual(again);

  const late = Array.from({length: 200}, (_, k) => `late-${k}`);
  const underWay = post(server.address, late);
  const stopping = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - stopping).toBeLessThan(60_000);
  const found = await stored(path);
  const promised = [...acknowledged(answers), ...again, ...acknowledged(await underWay)];
  expect(promised.filter(id => !found.has(id))).toEqual([]);
});
