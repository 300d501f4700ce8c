/** Images are kept by the digest of their bytes, and given back as they came. */
import {createHash} from 'node:crypto';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import sharp from 'sharp';
import {expect, test} from 'vitest';
import {type App, openApp} from '../../api/app.ts';
import {inferAndIngest} from '../../api/infer-images.ts';
import {backUp} from '../../warehouse/backup.ts';
import {findImage, imagePath} from '../../warehouse/images.ts';
import {restore} from '../../warehouse/restore.ts';
import {verify} from '../../warehouse/verify.ts';
import {servedPlant, temporaryFolder} from './plant.ts';

const NAME = 'P1_final_20240301T080000Z_CAM-1';

/** @returns the digest of the image */
async function inspectOne(app: App, folder: string, {keep = true, format = 'png' as 'png' | 'jpeg', width = 400} = {}) {
  const bytes = await sharp({create: {width, height: (width * 3) / 4, channels: 3, background: '#808080'}})
    .toFormat(format)
    .toBuffer();
  await mkdir(join(folder, 'pictures'));
  await writeFile(join(folder, 'pictures', `${NAME}.${format}`), bytes);
  await inferAndIngest(app, [join(folder, 'pictures')], {model: 'surface-v1', keep});
  return createHash('sha256').update(bytes).digest('hex');
}

test('an image that was inspected is there under its digest, with a small picture', async () => {
  const {app, http, folder} = await servedPlant();
  const digest = await inspectOne(app, folder, {format: 'jpeg'});
  const bytes = await readFile(join(folder, 'pictures', `${NAME}.jpeg`));
  expect(await readFile(imagePath(folder, digest))).toEqual(bytes);
  const image = await http.inject({url: `/v1/images/${digest}`});
  expect(image.rawPayload).toEqual(bytes);
  expect(image.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': 'private, max-age=31536000, immutable',
  });
  const thumbnail = await http.inject({url: `/v1/images/${digest}/thumbnail`});
  expect(thumbnail.headers['content-type']).toBe('image/webp');
  expect(await sharp(thumbnail.rawPayload).metadata()).toMatchObject({format: 'webp', width: 256, height: 192});
});

test('an image that is small itself is its own small picture', async () => {
  const {app, http, folder} = await servedPlant();
  const digest = await inspectOne(app, folder, {width: 256});
  const [image, thumbnail] = await Promise.all(
    [`/v1/images/${digest}`, `/v1/images/${digest}/thumbnail`].map(url => http.inject({url})),
  );
  expect(thumbnail.rawPayload).toEqual(image.rawPayload);
  expect(thumbnail.headers['content-type']).toBe('image/png');
});

test('an image that is not kept is a problem, and so is what is no digest', async () => {
  const {app, http, folder} = await servedPlant();
  const digest = await inspectOne(app, folder, {keep: false});
  for (const url of [`/v1/images/${digest}`, `/v1/images/${digest}/thumbnail`]) {
    const answer = await http.inject({url});
    expect(answer.json()).toMatchObject({status: 404, code: 'NOT_FOUND', detail: `there is no image ${digest}`});
    expect(answer.headers['content-type']).toMatch('application/problem+json');
  }
  expect((await http.inject({url: '/v1/images/..%2F..%2Fledger'})).statusCode).toBe(400);
});

test('verify notices an image that was altered', async () => {
  const folder = temporaryFolder();
  const app = await openApp(folder, {make: true});
  const digest = await inspectOne(app, folder);
  await app.close();
  expect((await verify(folder)).problems).toEqual([]);
  const path = imagePath(folder, digest);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] ^= 1;
  await writeFile(path, bytes);
  expect((await verify(folder)).problems).toEqual([
    {what: 'was altered: its digest is not the recorded one', where: path, hint: expect.any(String)},
  ]);
});

test('a backup has the images, and a warehouse that was restored from it shows them', async () => {
  const [folder, backup, restored] = [temporaryFolder(), join(temporaryFolder(), 'B'), join(temporaryFolder(), 'R')];
  const app = await openApp(folder, {make: true});
  const digest = await inspectOne(app, folder, {width: 256});
  await app.warehouse.tend(care => backUp(care, backup));
  // What a retention rule takes is not in the next backup either.
  await rm(imagePath(folder, digest));
  const bytes = await readFile(imagePath(backup, digest));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  expect((await restore(backup, restored)).verification.problems).toEqual([]);
  expect(await readFile(imagePath(restored, digest))).toEqual(bytes);
  await app.warehouse.tend(care => backUp(care, backup));
  expect(await findImage(backup, digest)).toBeNull();
  await app.close();
});
