/** Plants that publish into a bucket, and a company that is asked about it: over a real S3-compatible store. */
import {existsSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {CompanyAnswer} from '../../warehouse/engines/answers.ts';
import {openBucket} from '../../warehouse/publish/bucket.ts';
import {fileAt} from '../../warehouse/publish/manifest.ts';
import {type Store, startStore} from '../peers/s3.ts';
import {fishboneHere, temporaryFolder} from './plant.ts';

const PLACE = 's3://plants/all of us';

interface Plant {
  folder: string;
  publish(...more: string[]): ReturnType<typeof fishboneHere>;
}

async function plantWith(store: Store, plant: string, fails: number): Promise<Plant> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 's3.secret'), store.secretKey);
  const {endpoint, accessKeyId} = store;
  const settings = {plant, store: {endpoint, accessKeyId, secretKeyFile: 's3.secret'}, company: {place: PLACE}};
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify(settings));
  const files = temporaryFolder();
  const parts = Array.from({length: 10}, (_, k) => `P${k}`);
  writeFileSync(join(files, 'parts.csv'), `part,product,lot\n${parts.map(part => `${part},HX,L1`).join('\n')}\n`);
  writeFileSync(
    join(files, 'inspections.csv'),
    `inspection,part,result\n${parts.map((part, k) => `I${k},${part},${k < fails ? 'fail' : 'pass'}`).join('\n')}\n`,
  );
  writeFileSync(
    join(files, 'defects.csv'),
    `inspection,defect\n${parts
      .slice(0, fails)
      .map((_, k) => `I${k},scratch`)
      .join('\n')}\n`,
  );
  expect((await fishboneHere(['ingest', files, '--warehouse', folder])).code).toBe(0);
  const here = join(temporaryFolder(), 'published');
  return {
    folder,
    publish: (...more) =>
      fishboneHere(['publish', here, '--company', '--bucket', PLACE, '--warehouse', folder, ...more]),
  };
}

async function askedBy({folder}: Plant, ...more: string[]): Promise<Extract<CompanyAnswer, {question: 'pareto'}>> {
  const told = await fishboneHere(['company', 'pareto', '--by', 'plant', '--warehouse', folder, '--json', ...more]);
  expect(told.err).toBe('');
  return told.json();
}
const barsOf = ({answer}: {answer: {bars: {key: string; count: number}[]}}) =>
  answer.bars.map(({key, count}) => [key, count]);

test('two plants publish into one bucket; whoever asks all of them brings what is asked for once; half, twice and late are harmless', async () => {
  const store = await startStore('plants');
  const [oslo, turin] = [await plantWith(store, 'oslo', 3), await plantWith(store, 'turin', 2)];
  const first = await oslo.publish('--json');
  expect(first.err).toBe('');
  expect(first.json<{bucket: object}>().bucket).toMatchObject({
    to: `${PLACE}/plant=oslo/position-00000003`,
    files: expect.any(Number),
    removed: [],
  });
  expect(store.asked.filter(what => what.startsWith('PUT')).at(-1)).toMatch(/position-00000003\/manifest\.json$/);
  expect((await turin.publish()).out).toMatch(/in the bucket: s3:.*plant=turin.*MB sent/);
  const answered = await askedBy(oslo);
  expect(barsOf(answered)).toEqual([
    ['oslo', 3],
    ['turin', 2],
  ]);
  const brought = join(oslo.folder, 'company-brought');
  expect(readdirSync(brought).sort()).toEqual(['plant=oslo', 'plant=turin']);

  // Asked again nothing comes over the network but what there is.
  store.asked.length = 0;
  expect(barsOf(await askedBy(turin, '--plants', 'turin'))).toEqual([['turin', 2]]);
  store.asked.length = 0;
  expect(await askedBy(oslo)).toMatchObject({answer: answered.answer});
  expect(store.asked.filter(what => what.endsWith('.parquet') && !what.includes('list-type'))).toEqual([]);

  // Twice.
  store.asked.length = 0;
  expect((await oslo.publish()).out).toContain('all there already');
  expect(store.asked.some(what => what.startsWith('PUT'))).toBe(false);

  // Half: a newer snapshot without its manifest is none, and a file of an older attempt goes before it is one.
  const more = temporaryFolder();
  writeFileSync(join(more, 'defects.csv'), 'inspection,defect,n\nI0,dent,2\n');
  expect((await fishboneHere(['ingest', more, '--warehouse', oslo.folder])).code).toBe(0);
  const bucket = await bucketOf(store);
  const stray = join(more, 'stray');
  writeFileSync(stray, 'PAR1');
  await bucket.put('plant=oslo/position-00000004/parts/old.parquet', stray, await fileAt(more, 'stray'));
  expect(barsOf(await askedBy(oslo))).toEqual(barsOf(answered));
  expect((await oslo.publish('--keep', '1')).out).toContain('removed there: position-00000003');
  expect(barsOf(await askedBy(oslo))).toEqual([
    ['oslo', 4],
    ['turin', 2],
  ]);
  expect([...(await bucket.sizes('plant=oslo')).keys()].every(path => path.startsWith('position-00000004/'))).toBe(
    true,
  );

  // What nobody asked about for a day goes.
  const old = join(brought, 'plant=oslo', 'position-00000003');
  expect(existsSync(old)).toBe(true);
  utimesSync(old, new Date(0), new Date(0));
  await askedBy(oslo);
  expect(existsSync(old)).toBe(false);
});

test('what is not as it was published, a stranger of the same name, a wrong key, no bucket, no store: each is told', async () => {
  const store = await startStore('plants');
  const oslo = await plantWith(store, 'oslo', 3);
  expect((await oslo.publish()).code).toBe(0);

  const stranger = await plantWith(store, 'oslo', 1);
  expect(await stranger.publish()).toMatchObject({
    code: 2,
    err: expect.stringContaining('of another warehouse (plant oslo)'),
  });

  // The same size, other bytes.
  const bucket = await bucketOf(store);
  const folder = temporaryFolder();
  const [path, bytes] = [...(await bucket.sizes('plant=oslo/position-00000003'))].find(([name]) =>
    name.startsWith('parts/'),
  )!;
  writeFileSync(join(folder, 'other'), Buffer.alloc(bytes, 'x'));
  await bucket.put(`plant=oslo/position-00000003/${path}`, join(folder, 'other'), await fileAt(folder, 'other'));
  const ask = () => fishboneHere(['company', 'pareto', '--by', 'product', '--warehouse', oslo.folder]);
  expect(await ask()).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not what was published: its bytes have changed'),
  });
  // Publishing once more mends nothing that has a manifest, and says so by asking for a newer position.
  await bucket.remove(`plant=oslo/position-00000003/${path}`);
  expect(await ask()).toMatchObject({code: 2, err: expect.stringContaining('which is missing')});

  expect(await fishboneHere(['company', 'plants', '--place', 's3://else', '--warehouse', oslo.folder])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/no such bucket/),
  });
  expect(await fishboneHere(['company', 'plants', '--place', 's3://A', '--warehouse', oslo.folder])).toMatchObject({
    code: 2,
    err: expect.stringContaining('no address of a bucket'),
  });
  writeFileSync(join(oslo.folder, 's3.secret'), 'quite wrong');
  const refused = await oslo.publish();
  expect(refused).toMatchObject({code: 1, err: expect.stringMatching(/store refuses \(403\).*\n.*secretKeyFile/s)});
  expect(refused.err).not.toContain('quite wrong');
  writeFileSync(join(oslo.folder, 's3.secret'), store.secretKey);
  await store.stop();
  expect(await ask()).toMatchObject({
    code: 1,
    err: expect.stringMatching(/store at http.* does not answer: .*ECONNREFUSED/),
  });
  rmSync(join(oslo.folder, 'fishbone.json'));
  expect(await fishboneHere(['company', 'plants', '--place', PLACE, '--warehouse', oslo.folder])).toMatchObject({
    code: 2,
    err: expect.stringContaining('nothing says where s3://plants/all of us is'),
  });
});

const bucketOf = ({endpoint, accessKeyId, secretKey}: Store) =>
  openBucket(PLACE, {endpoint, accessKeyId, region: 'us-east-1', secretKeyFile: ''}, async () => secretKey);
