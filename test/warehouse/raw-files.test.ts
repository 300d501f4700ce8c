import {createHash} from 'node:crypto';
import {copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {packRawFiles} from '../../warehouse/raw-files.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {feed, plantOf} from './plant-in-a-folder.ts';

/** 500 rows: 9 kB of CSV. */
const PARTS = `part,product,lot\n${Array.from({length: 500}, (_, k) => `P${k},HX-200,L${k % 7}`).join('\n')}`;

const pack = (path: string) => packRawFiles({folder: path, signal: new AbortController().signal});
const rawFiles = (path: string) => readdirSync(join(path, 'archive', 'raw'));

async function atRest(): Promise<{path: string; digest: string; bytes: Buffer}> {
  const warehouse = await plantOf([
    ['parts', PARTS],
    ['lots', 'lot,material\nL1,resin'],
  ]);
  await warehouse.close();
  const [digest] = rawFiles(warehouse.folder).filter(
    name => readFileSync(join(warehouse.folder, 'archive', 'raw', name)).length > 4096,
  );
  return {path: warehouse.folder, digest, bytes: readFileSync(join(warehouse.folder, 'archive', 'raw', digest))};
}

test('raw bytes are packed, and everybody who reads them gets them as they came', async () => {
  const {path, digest, bytes} = await atRest();
  const packed = await pack(path);
  // The few bytes of the lots stay as they are.
  expect(packed).toMatchObject({files: 1, bytesBefore: bytes.length, altered: []});
  expect(packed.bytesAfter).toBeLessThan(bytes.length / 2);
  expect(rawFiles(path)).toContain(`${digest}.gz`);
  expect(rawFiles(path)).not.toContain(digest);
  expect(gunzipSync(readFileSync(join(path, 'archive', 'raw', `${digest}.gz`))).equals(bytes)).toBe(true);
  expect(await verify(path)).toMatchObject({ok: true, problems: []});

  const warehouse = await Warehouse.open(path);
  expect(await warehouse.lendRaw(digest, async lent => readFileSync(lent))).toEqual(bytes);
  expect(await warehouse.lendRaw('0'.repeat(64), async () => 'nothing')).toBeNull();
  // The same file again is a duplicate, and is not kept a second time beside its packed bytes.
  expect(await feed(warehouse, ['parts', PARTS])).toMatchObject({status: 'duplicate', digest});
  expect(rawFiles(path)).not.toContain(digest);
  expect(readdirSync(join(path, 'tmp'))).toEqual([]);
  await warehouse.close();
});

test('a kill at any point of packing leaves the bytes whole, and the next run ends it', async () => {
  for (const left of ['half a packed file', 'a packed file with no final name', 'both files', 'a broken packed file']) {
    const {path, digest, bytes} = await atRest();
    const raw = join(path, 'archive', 'raw');
    const whole = gzipSync(bytes);
    if (left === 'half a packed file') writeFileSync(join(raw, `.packing-${digest}`), whole.subarray(0, 100));
    if (left === 'a packed file with no final name') writeFileSync(join(raw, `.packing-${digest}`), whole);
    if (left === 'both files') writeFileSync(join(raw, `${digest}.gz`), whole);
    if (left === 'a broken packed file') writeFileSync(join(raw, `${digest}.gz`), whole.subarray(0, 100));
    expect((await verify(path)).problems, left).toEqual([]);
    await (await Warehouse.open(path)).close();
    expect((await pack(path)).altered).toEqual([]);
    expect(
      rawFiles(path).filter(name => name.includes(digest)),
      left,
    ).toEqual([`${digest}.gz`]);
    expect((await verify(path)).problems, left).toEqual([]);
  }
});

test('bytes that are not those of their digest are never packed over, and a packed file that was altered is told', async () => {
  const {path, digest, bytes} = await atRest();
  const plain = join(path, 'archive', 'raw', digest);
  copyFileSync(plain, join(path, 'aside'));
  writeFileSync(plain, Buffer.concat([bytes.subarray(1), Buffer.from('x')]));
  expect(await pack(path)).toMatchObject({files: 0, altered: [plain]});
  expect(existsSync(`${plain}.gz`)).toBe(false);
  copyFileSync(join(path, 'aside'), plain);
  await pack(path);
  truncateSync(`${plain}.gz`, 50);
  const {problems} = await verify(path);
  expect(problems.map(({where, what}) => [where, what.split(' (')[0]])).toEqual([
    [`${plain}.gz`, 'was altered: it cannot be read'],
  ]);
  // Of other content, though a whole gzip file.
  writeFileSync(`${plain}.gz`, gzipSync('other'));
  expect((await verify(path)).problems[0]?.what).toBe('was altered: its digest is not the recorded one');
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
});
