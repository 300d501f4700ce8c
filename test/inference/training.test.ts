import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {loadModel} from '../../inference/registry.ts';
import {drawSets} from '../../inference/training/draw.ts';
import {SETS} from '../../inference/training/sets.ts';

test('the sets have no seed in common, and the card names them', async () => {
  const ranges = Object.values(SETS).toSorted((a, b) => a.firstSeed - b.firstSeed);
  for (const [k, set] of ranges.slice(1).entries()) {
    expect(set.firstSeed).toBeGreaterThanOrEqual(ranges[k].firstSeed + ranges[k].images);
  }
  const {training} = (await loadModel('surface-v1')).card;
  for (const [name, set] of Object.entries(SETS)) expect(training.sets).toMatchObject({[name]: set});
});

test('a set is its pixels and its truth', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fishbone-sets-'));
  await drawSets(folder, {few: {firstSeed: 1_400_000_000, images: 6}});
  expect((await stat(join(folder, 'few.u8'))).size).toBe(6 * 128 * 128);
  const [header, ...rows] = (await readFile(join(folder, 'few.csv'), 'utf8')).trimEnd().split('\n');
  expect(header).toBe('seed,kind,x,y,width,height');
  expect(rows.map(row => row.split(',')[1])).toEqual(['good', 'scratch', 'void', 'stain', 'good', 'scratch']);
  expect(rows[0]).toBe('1400000000,good,,,,');
  await rm(folder, {recursive: true});
});
