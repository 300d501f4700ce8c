/** A server that is killed while stations send: what it acknowledged is there once, whether its batch was made or not. */
import {createHash} from 'node:crypto';
import {appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from '../../api/app.ts';
import {verify} from '../../warehouse/verify.ts';
import {startServer, temporaryFolder} from './plant.ts';

/** Sends one after the other until nobody answers. @returns those that were acknowledged */
async function station(address: string, name: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let k = 0; ; k++) {
    const inspection = {
      inspection: `${name}-${k}`,
      part: `P-${name}-${k}`,
      result: 'fail',
      defects: [{defect: 'void'}],
    };
    const answer = await fetch(`${address}/v1/inspections`, {
      method: 'POST',
      body: JSON.stringify(inspection),
      headers: {'content-type': 'application/json'},
    }).catch(() => null);
    if (answer?.status !== 200) return acknowledged;
    acknowledged.push(inspection.inspection);
  }
}

async function recordedIn(folder: string): Promise<string[]> {
  const said: string[] = [];
  const app = await openApp(folder, {log: line => said.push(line)});
  const rows = await app.warehouse.read(undefined, session =>
    session.rows<{inspection: string}>('select i.inspection from inspections i join defects using (inspection)'),
  );
  await app.close();
  expect(readdirSync(join(folder, 'journal'))).toEqual([]);
  return rows.map(({inspection}) => inspection);
}

test('killed three times while four stations send', async () => {
  const folder = temporaryFolder();
  const acknowledged: string[] = [];
  for (const [round, afterMs] of [150, 420, 700].entries()) {
    const server = await startServer(folder);
    const stations = Array.from({length: 4}, (_, k) => station(server.address, `${round}${k}`));
    await new Promise(resolve => setTimeout(resolve, afterMs));
    process.kill(server.pid, 'SIGKILL');
    acknowledged.push(...(await Promise.all(stations)).flat());
  }
  expect(acknowledged.length).toBeGreaterThan(0);
  const recorded = await recordedIn(folder);
  expect(new Set(recorded).size).toBe(recorded.length);
  expect(acknowledged.filter(id => !recorded.includes(id))).toEqual([]);
  expect(await verify(folder)).toMatchObject({ok: true, problems: []});
});

test('what a dead process left in the journal is told by verify; what was altered there is refused, not taken', async () => {
  const folder = temporaryFolder();
  await (await openApp(folder, {make: true})).close();
  const app = await openApp(folder);
  await app.recorder.record([{inspection: 'I1', part: 'P1', result: 'fail', defects: [{defect: 'void'}]} as never]);
  const row = {inspection: 'I2', part: 'P2', result: 'fail', defects: [{defect: 'void'}]};
  await app.recorder.record([row as never], {waits: false});
  const journal = join(folder, 'journal');
  const [name] = readdirSync(journal).filter(file => readFileSync(join(journal, file), 'utf8').includes('I2'));
  const left = readFileSync(join(journal, name));
  await app.close();
  // As if it had died before its file was removed, and while it wrote the next line.
  writeFileSync(join(journal, '9.ndjson'), left);
  appendFileSync(join(journal, '9.ndjson'), 'torn');
  expect((await verify(folder)).notices.map(({what}) => what)).toEqual([
    '1 requests were acknowledged and are in no batch yet',
  ]);
  expect((await recordedIn(folder)).sort()).toEqual(['I1', 'I2']);

  writeFileSync(join(journal, '9.ndjson'), `${left.toString().replace('P2', 'P3')}${left.toString()}`);
  expect((await verify(folder)).problems).toMatchObject([{what: 'line 1 was altered'}]);
  await expect(openApp(folder)).rejects.toMatchObject({code: 'WAREHOUSE_DAMAGED'});
});

test('what is in the journal and was contradicted by a file meanwhile is recorded and flagged, not refused', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true});
  await app.recorder.record([{inspection: 'I1', part: 'P1', result: 'pass', defects: []} as never]);
  await app.close();
  const text = JSON.stringify([{inspection: 'I1', part: 'P1', result: 'fail', defects: []}]);
  const line = `${createHash('sha256').update(text).digest('hex')} ${text}\n`;
  writeFileSync(join(folder, 'journal', '9.ndjson'), line);
  const again = await openApp(folder);
  onTestFinished(() => again.close());
  const {rows} = await again.warehouse.read(undefined, async session => ({
    rows: await session.rows<{result: string}>('select result from inspections'),
  }));
  expect(rows).toEqual([{result: 'fail'}]);
  const [, conflicting] = again.warehouse.entries().filter(({kind}) => kind === 'batch');
  expect(conflicting.body).toMatchObject({tables: [{table: 'inspections', conflicts: 1}, {}]});
  expect(readdirSync(join(folder, 'journal'))).toEqual([]);
});

test('a journal that cannot begin another file is told; nobody waits for ever, and nothing is lost by it', async () => {
  const folder = temporaryFolder();
  const said: string[] = [];
  const app = await openApp(folder, {make: true, log: line => said.push(line)});
  onTestFinished(() => app.close());
  const inspection = (n: number) => [{inspection: `I${n}`, part: `P${n}`, result: 'pass', defects: []}] as never;
  await app.recorder.record(inspection(1), {waits: false});
  // In the place of the folder, a file: no other can begin there. What is open goes on being written.
  const [journal, aside] = [join(folder, 'journal'), join(folder, 'journal-aside')];
  renameSync(journal, aside);
  writeFileSync(journal, '');
  await app.recorder.recorded();
  expect(said.join()).toContain('acknowledged and wait in the journal');
  expect(app.recorder.waiting).toBe(1);
  rmSync(journal);
  renameSync(aside, journal);
  await expect.poll(() => app.recorder.waiting, {timeout: 120_000}).toBe(0);
  expect((await app.recorder.record(inspection(2))).batch).toBe(2);
});

test('a row that would grow beyond all bounds when it is loaded is compared first, so that it can fail alone', async () => {
  const app = await openApp(temporaryFolder(), {make: true});
  onTestFinished(() => app.close());
  const defects = Array.from({length: 600}, () => ({defect: 'void'}));
  const row = {inspection: 'x'.repeat(2_000), part: 'P1', result: 'fail', defects} as never;
  // 600 defects each repeat an id of 2,000 characters: more than a million. It has its batch when it is answered.
  expect((await app.recorder.record([row], {waits: false})).batch).toBe(1);
  const small = {inspection: 'I2', part: 'P1', result: 'pass', defects: []} as never;
  expect((await app.recorder.record([small], {waits: false})).batch).toBeNull();
});
