import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {folder} from '../warehouse/plant-in-a-folder.ts';
import {afterCut, runChild} from './kills.ts';

test('write, fsync, rename, fsync of the folder, ledger, its fsync, acknowledgement: in this order, and a power cut loses nothing', async () => {
  const root = folder();
  const cuts = folder();
  const {said} = await runChild('life-recorded.ts', [root, cuts]);
  const after = (call: string, path: string, from = 0) =>
    said.findIndex((line, k) => k >= from && line === `point after ${call} ${path}`);
  let start = 0;
  const temporary = 'W/archive/batches/incoming.tmp';
  for (let batch = 1; batch <= 3; batch++) {
    const made = after('mkdir', temporary, start);
    const acknowledged = said.findIndex((line, k) => k > start && line.startsWith('acknowledged'));
    const files = said
      .slice(made, acknowledged)
      .flatMap(line =>
        line.startsWith(`point after copy ${temporary}/`) ? [line.slice('point after copy '.length)] : [],
      );
    expect(files.length).toBeGreaterThan(0);
    const copied = files.map(file => after('copy', file, made));
    const synced = files.map(file => after('sync', file, made));
    const named = after('sync', temporary, made);
    const renamed = after('rename', temporary, made);
    const entered = after('sync', 'W/archive/batches', renamed);
    const written = after('write', 'W/ledger/ledger.ndjson', entered);
    const recorded = after('sync', 'W/ledger/ledger.ndjson', written);
    const committed = said.findIndex((line, k) => k > written && line.startsWith('point after commit'));
    for (const [k, at] of copied.entries()) expect(at).toBeLessThan(synced[k]);
    const order = [made, Math.max(...synced), named, renamed, entered, written, recorded];
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(recorded).toBeLessThan(acknowledged);
    expect(recorded).toBeLessThan(committed);
    // The bytes that came are evidence before anything is said of them.
    const raw = said.findIndex((line, k) => k >= start && line === 'point after sync W/archive/raw');
    expect(raw).toBeGreaterThan(start);
    expect(raw).toBeLessThan(written);
    start = acknowledged + 1;
  }
  const written = after('write', 'W/ledger/ledger.ndjson', start);
  const recorded = after('sync', 'W/ledger/ledger.ndjson', written);
  expect([written, recorded]).not.toContain(-1);
  expect(recorded).toBeLessThan(said.indexOf('decided'));
  expect(recorded).toBeLessThan(said.findIndex((line, k) => k > written && line.startsWith('point after commit')));

  const left = readdirSync(cuts);
  expect(left).toHaveLength(8);
  for (const name of left) {
    const [number] = name.split('-');
    const until = said.slice(0, said.indexOf(`cut ${number}`));
    expect({name, there: existsSync(join(cuts, name, 'W'))}).toEqual({name, there: true});
    expect({name, broken: await afterCut(join(cuts, name, 'W'), until)}).toEqual({name, broken: []});
  }
});
