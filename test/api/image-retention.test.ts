/** Images go by rule, each removal recorded; not those that a hold or a review rests on. */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import type {App} from '../../api/app.ts';
import {findImage, imagePath, keepImage, keptImages} from '../../warehouse/images.ts';
import {servedPlant} from './plant.ts';
import {inspect} from './responses/plant.ts';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

/** @returns the digest of an image of this name, which is kept */
async function keep({warehouse}: App, name: string): Promise<string> {
  const bytes = Buffer.from(name);
  const digest = createHash('sha256').update(bytes).digest('hex');
  await keepImage(warehouse.folder, digest, bytes, async () => Buffer.from('small'));
  return digest;
}

async function inspected(app: App, name: string, row: {part: string; result: string; days: number}): Promise<string> {
  const image = await keep(app, name);
  await inspect(app, {inspection: name, part: row.part, result: row.result, inspected_at: ago(row.days), image});
  return image;
}

test('passes go after their days, fails after theirs; what a hold or a review rests on stays', async () => {
  // Parts P1 to P4 are of lot L1, P5 to P8 of lot L2.
  const {app, http, folder} = await servedPlant({retention: {failImages: '300 days', passImages: '30 days'}});
  const images = {
    oldPass: await inspected(app, 'old pass', {part: 'P5', result: 'pass', days: 40}),
    newPass: await inspected(app, 'new pass', {part: 'P5', result: 'pass', days: 20}),
    oldFail: await inspected(app, 'old fail', {part: 'P5', result: 'fail', days: 40}),
    olderFail: await inspected(app, 'older fail', {part: 'P6', result: 'fail', days: 310}),
    error: await inspected(app, 'an error', {part: 'P6', result: 'error', days: 40}),
    held: await inspected(app, 'held', {part: 'P1', result: 'pass', days: 40}),
    reviewed: await inspected(app, 'reviewed', {part: 'P7', result: 'pass', days: 40}),
    // Whoever looks at a part again may see the same image: the newest time counts.
    again: await inspected(app, 'seen again', {part: 'P8', result: 'pass', days: 40}),
    unnamed: await keep(app, 'unnamed'),
    unnamedOld: await keep(app, 'unnamed and old'),
  };
  await inspect(app, {inspection: 'seen later', part: 'P8', result: 'pass', inspected_at: ago(1), image: images.again});
  await inspect(app, {
    inspection: 'reviewed',
    part: 'P7',
    result: 'pass',
    inspected_at: ago(40),
    image: images.reviewed,
    verification: 'confirmed',
    recorded_at: ago(1),
  });
  const forty = new Date(ago(40));
  utimesSync(imagePath(folder, images.unnamedOld), forty, forty);
  const {id: contained} = (await http.inject({method: 'POST', url: '/v1/contain', payload: {target: 'L1'}})).json<{
    id: string;
  }>();
  await app.proposeHold({contained, reason: 'SCRATCH', text: 'T7', by: 'Anna'});

  const before = [...(await digests(folder))].length;
  const trial = await app.applyRetention(true);
  expect(trial.images).toMatchObject({gone: {images: 3}, stay: {held: 1, reviewed: 1}});
  expect(await digests(folder)).toHaveLength(before);

  await app.applyRetention(false);
  const {oldPass, olderFail, unnamedOld, ...stay} = images;
  expect(await digests(folder)).toEqual(Object.values(stay).sort());
  expect((await http.inject(`/v1/images/${oldPass}`)).json()).toMatchObject({status: 404, code: 'NOT_FOUND'});
  const removals = app.warehouse.entries().filter(({kind}) => kind === 'images');
  expect(removals.map(({body}) => body)).toEqual([
    {
      did: 'remove',
      images: [oldPass, olderFail, unnamedOld].sort(),
      bytes: 'old pass'.length + 'older fail'.length + 'unnamed and old'.length,
      rules: {failImages: '300 days', passImages: '30 days'},
    },
  ]);

  // Once the hold is refused, nothing needs the image any more.
  const [{id}] = app.holds.list();
  await app.holds.refuse(id, 'Ben');
  await app.applyRetention(false);
  expect(await findImage(folder, images.held)).toBeNull();
});

test('without rules everything stays, but for what a process that died left half-written', async () => {
  const {app, folder} = await servedPlant({empty: true});
  const digest = await keep(app, 'kept');
  const [left, writing] = ['.1-2-3.unfinished', '.4-5-6.unfinished'].map(name =>
    join(dirname(imagePath(folder, digest)), name),
  );
  mkdirSync(dirname(left), {recursive: true});
  for (const path of [left, writing]) writeFileSync(path, 'half');
  utimesSync(left, new Date(ago(2)), new Date(ago(2)));
  utimesSync(imagePath(folder, digest), new Date(ago(900)), new Date(ago(900)));
  const {images} = await app.applyRetention(false);
  expect(images).toEqual({before: {fail: null, pass: null}, gone: {images: 0, bytes: 0}, stay: {held: 0, reviewed: 0}});
  expect(await digests(folder)).toEqual([digest]);
  expect([left, writing].map(path => existsSync(path))).toEqual([false, true]);
});

async function digests(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const {digest} of keptImages(folder)) found.push(digest);
  return found.sort();
}
