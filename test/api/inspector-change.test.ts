/** An inspector that changes is found as such: from images through a model to a finding on the measurement branch. */
import {createHash} from 'node:crypto';
import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import sharp from 'sharp';
import {expect, test} from 'vitest';
import type {App} from '../../api/app.ts';
import {cardReferences} from '../../api/card-references.ts';
import {inferAndIngest} from '../../api/infer-images.ts';
import {ingest} from '../../api/load-files.ts';
import {watchScores} from '../../api/watch-scores.ts';
import {screen} from '../../warehouse/screening/screen.ts';
import {tinyFolder, tinyModel} from '../inference/tiny-model.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

const LOTS = 40;
const OF_LOT = 15;

/**
 * Four pixels are the scores of good, a, b and c: the suspicion is 0.75 of a black image, 0.525 of a clean one, and 0.59 of a
 * smudged one (by hand, softmax of pixels / 255: e / (e + 3), and e / (e + e^0.7 + 2)).
 */
const PIXELS = {bad: [0, 0, 0, 0], clean: [255, 0, 0, 0], smudged: [255, 179, 0, 0]};

const png = (kind: keyof typeof PIXELS) =>
  sharp(Buffer.from(PIXELS[kind]), {raw: {width: 2, height: 2, channels: 1}})
    .png()
    .toBuffer();

/** A share in [0, 1) that is a part's own, for each purpose another, whatever its place in its lot. */
const drawn = (k: number, what: string) =>
  createHash('sha256').update(`${what} ${k}`).digest().readUInt32BE(0) / 2 ** 32;

interface Part {
  k: number;
  lot: number;
  station: string;
}

/** The same parts each time: a tool that makes no difference, two cameras in turns, one part in 20 bad. */
async function inspected(app: App, isSmudged: (part: Part) => boolean, modelOf: (part: Part) => string): Promise<void> {
  const files = temporaryFolder();
  const parts = Array.from({length: LOTS * OF_LOT}, (_, k) => ({
    k,
    lot: Math.floor(k / OF_LOT),
    station: drawn(k, 'camera') < 0.5 ? 'CAM-1' : 'CAM-2',
  }));
  // A lot a day: what changes with time is judged against how days differ.
  const at = ({k, lot}: Part) => new Date(Date.UTC(2026, 0, 5 + lot, 6, (k % OF_LOT) * 10)).toISOString();
  writeFileSync(
    join(files, 'parts.csv'),
    `part,product,lot\n${parts.map(({k, lot}) => `P${k},HX,L${lot}`).join('\n')}\n`,
  );
  writeFileSync(
    join(files, 'operations.csv'),
    `part,step,tool,started_at\n${parts.map(part => `P${part.k},bore,T${Math.floor(3 * drawn(part.k, 'tool'))},${at(part)}`).join('\n')}\n`,
  );
  await ingest(app, [files]);
  const folders = new Map<string, string>();
  for (const part of parts) {
    const model = modelOf(part);
    const folder = folders.get(model) ?? join(files, `images-${folders.size}`);
    folders.set(model, folder);
    mkdirSync(folder, {recursive: true});
    const kind = drawn(part.k, 'bad') < 0.05 ? 'bad' : isSmudged(part) ? 'smudged' : 'clean';
    const time = at(part).replace(/[-:]|\.000/g, '');
    writeFileSync(join(folder, `P${part.k}_final_${time}_${part.station}.png`), await png(kind));
  }
  for (const [model, folder] of folders) {
    const {failed} = await inferAndIngest(app, [folder], {model, keep: false});
    expect(failed).toBe(0);
  }
}

const model = (version: string, fail: number) =>
  tinyFolder(tinyModel({operators: [['Flatten']]}), {name: 'cam', version, thresholds: {fail}});

const isClaim = ({q, verdict}: {q: number; verdict: string}) =>
  q <= 0.05 && (verdict === 'supported' || verdict === 'ambiguous');

test('a new version of the model, on trial every other week, that fails smudged parts is the finding, not the process', async () => {
  const {app} = await servedPlant({empty: true});
  const [first, second] = [await model('1', 0.7), await model('2', 0.55)];
  await inspected(
    app,
    ({k}) => drawn(k, 'smudge') < 0.2,
    ({lot}) => (Math.floor(lot / 5) % 2 === 0 ? first : second),
  );
  const {findings, population} = await screen(app.warehouse, {anyFail: true});
  // One in 20 of all is bad, and in the weeks of the new version one in five is smudged and fails for it.
  expect(population).toMatchObject({parts: 600, lots: 40});
  const claims = findings.filter(isClaim);
  const inspector = claims.find(({factor}) => factor === 'inspection.inspector');
  expect(inspector).toMatchObject({level: 'cam@2', branch: 'measurement', kind: 'category'});
  expect(inspector!.effect.value).toBeGreaterThan(2);
  expect(claims.filter(({factor}) => factor !== 'inspection.inspector')).toEqual([]);
});

test('a camera with a dirty lens is the finding, as a station of the measurement branch', async () => {
  const {app} = await servedPlant({empty: true});
  const only = await model('1', 0.55);
  await inspected(
    app,
    ({k, station}) => station === 'CAM-2' && drawn(k, 'smudge') < 0.2,
    () => only,
  );
  const claims = (await screen(app.warehouse, {anyFail: true})).findings.filter(isClaim);
  expect(claims[0]).toMatchObject({factor: 'inspection.station', level: 'CAM-2', branch: 'measurement'});
  expect(claims.filter(({factor}) => factor === 'bore.tool' || factor === 'inspection.inspector')).toEqual([]);
});

test('a lamp that changes raises an alert by what the images look like, against the first lots and against the card', async () => {
  const {app} = await servedPlant({empty: true});
  const spread = (limit: number, shares: number[]) => ({limits: [limit], shares});
  const named = await tinyFolder(tinyModel({operators: [['Flatten']]}), {
    name: 'cam',
    version: '1',
    thresholds: {fail: 0.7},
    // A clean image has a quarter of full scale, by hand: 255 of 4 x 255.
    reference: {
      on: 'test',
      images: 500,
      suspicion: spread(0.6, [0.99, 0.01]),
      brightness: spread(0.3, [0.99, 0.01]),
      contrast: spread(0.1, [0.01, 0.99]),
    },
  });
  cpSync(named, join(app.config.folder, 'models', 'cam'), {recursive: true});
  await inspected(
    app,
    ({lot}) => lot >= 30,
    () => 'cam',
  );
  const found = await app.warehouse.read(undefined, session =>
    session.rows<{brightness: number; n: number}>(
      "select brightness, count(*)::integer as n from now.inspections where result = 'pass' group by all order by brightness",
    ),
  );
  // (255 + 179) / (4 x 255)
  expect(found.map(({brightness}) => brightness)).toEqual([0.25, 0.42549]);
  await watchScores(app);
  const {alerts} = app.alerts.list();
  const brightness = alerts.find(({name}) => name === 'inspector.brightness');
  expect(brightness).toMatchObject({source: 'cam@1', state: 'open'});
  expect(brightness!.text).toMatch(
    /images do not look as they did: mean brightness 0\.4.*another brightness than those that the model was measured on \(test\)/,
  );
  expect([...(await cardReferences(app)).keys()]).toEqual(['cam@1', 'surface-v1@1.0.0']);
});

test('what images look like to a model is written for its card, of those that pass', async () => {
  const images = temporaryFolder();
  for (let k = 0; k < 110; k++) writeFileSync(join(images, `${k}.png`), await png(k < 100 ? 'clean' : 'bad'));
  const folder = await model('1', 0.7);
  const {app, http, folder: warehouse} = await servedPlant({empty: true});
  await http.close();
  await app.close();
  const run = (...paths: string[]) =>
    fishboneHere(['inspectors', 'reference', ...paths, '--model', folder, '--warehouse', warehouse]);
  const {code, out, err} = await run(images, '--on', 'monday', '--json');
  expect({code, err}).toEqual({code: 0, err: ''});
  const {reference, images: looked} = JSON.parse(out) as {reference: unknown; images: number};
  expect(looked).toBe(110);
  // All alike: what is less or more than they are is another.
  expect(reference).toMatchObject({
    on: 'monday',
    images: 100,
    brightness: {limits: [0.25, 0.25001], shares: [0, 1, 0]},
  });
  expect((await run(join(images, '1?.png'))).err).toContain('10 of 10 images passed: at least 100');
});
