/** Several images in one multipart request: each has its own answer, and one that is bad spoils no other. */
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, test} from 'vitest';
import type {InspectedImages} from '../../api/inspect-image.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';
import {servedPlant} from './plant.ts';

const png = (kind: 'good' | 'scratch', seed = 1_300_000_000) => encodePng(drawSurface({kind, seed}));

type Part = [name: string, value: string] | [name: string, bytes: Buffer, file: string];
const BOUNDARY = 'xxBOUNDARYxx';

/** As RFC 7578 writes it, in the order given. */
function multipart(parts: readonly Part[], isWhole = true): Buffer {
  const pieces = parts.flatMap(([name, value, file]) => [
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${
        file === undefined ? '' : `; filename="${file}"\r\ncontent-type: application/octet-stream`
      }\r\n\r\n`,
    ),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(isWhole ? `--${BOUNDARY}--\r\n` : '')]);
}

const request = (query: string, payload: Buffer | Readable) => ({
  method: 'POST' as const,
  url: `/v1/images?model=surface-v1${query}`,
  payload,
  headers: {'content-type': `multipart/form-data; boundary=${BOUNDARY}`},
});

async function plant() {
  const {app, http, folder} = await servedPlant({empty: true});
  return {
    folder,
    http,
    send: async (query: string, parts: readonly Part[]) => {
      const answer = await http.inject(request(query, multipart(parts)));
      return {code: answer.statusCode, ...answer.json<InspectedImages & {detail: string; hint: string}>()};
    },
    rows: () =>
      app.warehouse.read(undefined, s =>
        s.rows('select part, step, station, result from inspections order by part, station'),
      ),
  };
}

test('fields, sidecars and file names say whose each image is; the query says the rest', async () => {
  const {send, rows, folder} = await plant();
  const sent: Part[] = [
    ['part', 'P1'],
    ['station', 'CAM-1'],
    ['at', '2026-03-01T06:15:00Z'],
    ['image', png('scratch'), 'one.png'],
    ['about', Buffer.from('{"part": "P2", "station": "CAM-2"}'), 'two.json'],
    ['image', png('good'), 'two.png'],
    ['image', png('good', 1_300_000_001), 'P3_20260301T061500Z.png'],
  ];
  const first = await send('&step=final&fileNames={part}_{at}', sent);
  expect(first).toMatchObject({
    code: 200,
    notices: [],
    images: [
      {
        file: 'one.png',
        status: 'accepted',
        reason: null,
        inspection: {part: 'P1', result: 'fail', inspected_at: '2026-03-01T06:15:00.000Z'},
      },
      {file: 'two.png', status: 'accepted', inspection: {part: 'P2', station: 'CAM-2', inspected_at: null}},
      {file: 'P3_20260301T061500Z.png', status: 'accepted', inspection: {part: 'P3', station: null}},
    ],
  });
  expect(await rows()).toEqual([
    {part: 'P1', step: 'final', station: 'CAM-1', result: 'fail'},
    {part: 'P2', step: 'final', station: 'CAM-2', result: 'pass'},
    {part: 'P3', step: 'final', station: null, result: 'pass'},
  ]);
  const again = await send('&step=final&fileNames={part}_{at}', sent);
  expect(again.images.map(({status}) => status)).toEqual(['duplicate', 'duplicate', 'duplicate']);
  // Nothing is left of what was sent but the kept images.
  expect(readdirSync(join(folder, 'tmp')).filter(name => name.startsWith('image-'))).toEqual([]);
});

test('a bad file has its reason, and those before and after it are recorded', async () => {
  const {send, rows} = await plant();
  const {code, images, notices} = await send('', [
    ['part', 'P1'],
    ['image', png('good'), 'a.png'],
    ['image', png('good'), 'nobody.png'],
    ['part', 'P2'],
    ['image', Buffer.from('just a text'), 'b.png'],
    ['part', 'P3'],
    ['at', 'yesterday'],
    ['image', png('good'), 'c.png'],
    ['part', 'P4'],
    ['part', 'P5'],
    ['image', png('good'), 'd.png'],
    ['colour', 'red'],
    ['image', png('good'), 'e.png'],
    ['x', Buffer.from('{"part": "P6"}'), 'other.png.json'],
    ['image', png('good'), 'f.png'],
    ['x', Buffer.from('{"part": '), 'g.json'],
    ['image', png('good'), 'g.png'],
    ['part', 'P7'],
    ['image', png('scratch'), 'h.png'],
    ['part', 'P8'],
  ]);
  expect(code).toBe(200);
  expect(images.map(({file, status, reason}) => [file, status, reason])).toEqual([
    ['a.png', 'accepted', null],
    ['nobody.png', 'refused', expect.stringContaining('part: ')],
    ['b.png', 'accepted', 'not a PNG, JPEG, TIFF or BMP image'],
    ['c.png', 'refused', 'at: "yesterday" is no time with an offset'],
    ['d.png', 'refused', 'the field "part" came twice before it'],
    ['e.png', 'refused', 'unknown field "colour": part, step, station, at'],
    ['f.png', 'refused', 'the sidecar before it is other.png.json, not that of f.png'],
    ['g.png', 'refused', expect.stringContaining('g.json is not JSON')],
    ['h.png', 'accepted', null],
  ]);
  expect(notices).toEqual(['"part" belongs to no image: what is said of one comes before it']);
  expect((await rows()).map(row => [row.part, row.result])).toEqual([
    ['P1', 'pass'],
    ['P2', 'error'],
    ['P7', 'fail'],
  ]);
});

test('a model that cannot be used refuses the request; a body that breaks off is told, with what was taken', async () => {
  const {http, send, rows} = await plant();
  const image: Part[] = [
    ['part', 'P1'],
    ['image', png('good'), 'a.png'],
  ];
  const none = await http.inject({...request('', multipart(image)), url: '/v1/images?model=none'});
  expect(none.json()).toMatchObject({status: 400, detail: expect.stringContaining("model 'none' refused")});
  const cut = await http.inject(
    request('', multipart([...image, ['part', 'P2'], ['image', png('good'), 'b.png']], false)),
  );
  expect(cut.statusCode).toBe(400);
  expect(cut.json()).toMatchObject({
    detail: expect.stringContaining('multipart/form-data is broken'),
    hint: expect.stringContaining('sent again they are duplicates'),
  });
  expect((await rows()).map(row => row.part)).toContain('P1');
  expect((await send('', image)).images).toMatchObject([{status: 'duplicate'}]);
});

test('files are not collected in memory: a request of a gigabyte, most of it one file that is too large', async () => {
  const {http, rows} = await plant();
  const zeros = Buffer.alloc(1_000_000);
  const [before, after] = [
    multipart([['part', 'P1']], false),
    multipart([
      ['part', 'P2'],
      ['image', png('good'), 'b.png'],
    ]),
  ];
  function* body() {
    yield before;
    yield multipart([['image', Buffer.alloc(0), 'huge.tif']], false).subarray(0, -2);
    for (let k = 0; k < 1_000; k++) yield zeros;
    yield Buffer.from('\r\n');
    yield after;
  }
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const held = process.memoryUsage().rss;
  const answer = await http.inject(request('', Readable.from(body())));
  clearInterval(look);
  expect(answer.json()).toMatchObject({
    images: [
      {file: 'huge.tif', status: 'refused', reason: 'an image of more than 128 MB is not taken'},
      {file: 'b.png', status: 'accepted'},
    ],
  });
  expect(await rows()).toMatchObject([{part: 'P2'}]);
  expect(most - held).toBeLessThan(400_000_000);
});
