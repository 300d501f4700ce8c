import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {Warehouse} from '../../warehouse/store.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {type Damage, damages} from './damage.ts';
import {dieAt, type Facts, factsOf, within} from './kills.ts';
import {FILES, live} from './life.ts';

const base = mkdtempSync(join(tmpdir(), 'fishbone-damage-'));
afterAll(() => rmSync(base, {recursive: true, force: true}));
const ALL = process.env.FISHBONE_FAULTS === 'all';
const at = (name: string) => join(base, name);

// At rest; killed before it was closed, so that a log stands beside the database; and for both an older state of
// themselves and another plant's.
await fill(at('older'), 2);
cpSync(at('older'), at('rest'), {recursive: true});
await fill(at('rest'), FILES.length);
await fill(at('foreign'), 1, 'of another plant');
cpSync(at('older'), at('killed'), {recursive: true});
await dieAt(at('killed'), 'before close warehouse.duckdb');
for (const name of ['older', 'foreign']) {
  // Their logs too.
  cpSync(at(name), at(`${name}-killed`), {recursive: true});
  await dieAt(at(`${name}-killed`), 'after commit warehouse.duckdb');
}

describe.each([
  ['rest', damages(at('rest'), false), {older: at('older'), foreign: at('foreign')}],
  ['killed', damages(at('killed'), true), {older: at('older-killed'), foreign: at('foreign-killed')}],
] as const)('a warehouse %s', (name, cases, others) => {
  const expected = within(async folder => {
    cpSync(at(name), folder, {recursive: true});
    return factsAt(folder);
  });

  // A rebuild looks at nothing but ledger and archive: one for each kind of damage to each file, or all where all are asked for.
  const isToRebuild = new Set(
    cases.filter((one, k) => ALL || cases.findIndex(other => kindOf(other) === kindOf(one)) === k),
  );

  test.each(cases.map((damage): [string, Damage] => [damage.name, damage]))('%s', async (_name, damage) => {
    const {truth, hurt} = damage;
    await within(async folder => {
      cpSync(at(name), folder, {recursive: true});
      hurt(folder, others);
      const {ok, problems} = await verify(folder);
      if (!ok) expect(problems.map(({hint}) => hint).join()).toMatch(/backup|rebuild/);
      if (ok) {
        // Not seen: then it is refused when it is opened, or without consequence. There is no fourth way.
        const opened = await factsAt(folder).catch((error: Error) => error.name);
        if (truth) expect(opened).toMatch(/^(WarehouseUnusable|LedgerDamaged)$/);
        else if (opened !== 'WarehouseUnusable') expect(opened).toEqual(await expected);
      }
      if (truth || !isToRebuild.has(damage)) return;
      await rebuild(folder);
      expect(await factsAt(folder)).toEqual(await expected);
    });
  });
});

const kindOf = ({name}: Damage) => name.replaceAll(/\d+/g, '');

async function fill(folder: string, files: number, decision?: string): Promise<void> {
  const warehouse = await Warehouse.open(folder);
  if (decision) await warehouse.append('hold', {hold: decision});
  await live(warehouse, undefined, FILES.slice(0, files));
  await warehouse.close();
}

async function factsAt(folder: string): Promise<Facts> {
  const warehouse = await Warehouse.open(folder);
  try {
    return await factsOf(warehouse);
  } finally {
    await warehouse.close();
  }
}
