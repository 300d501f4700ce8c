/** Who must not be told by a kept answer, or by its tag, what it was told to another, or what is gone. */
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Plant, ScreenAnswer} from '../../warehouse/answers.ts';
import {servedPlant} from './plant.ts';

test('the tag of what one person was told is no answer to another', async () => {
  const {app, http} = await servedPlant();
  const keyOf = async (name: string, role: 'viewer' | 'engineer') =>
    (await app.keys.create({name, role, by: 'test'})).key;
  await app.keys.create({name: 'root', role: 'admin', by: 'test'});
  const ask = (key: string, tag?: string) =>
    http.inject({
      url: '/v1/plant',
      headers: {authorization: `Bearer ${key}`, ...(tag === undefined ? {} : {'if-none-match': tag})},
    });
  const [ann, ben] = [await keyOf('Ann', 'viewer'), await keyOf('Ben', 'engineer')];
  const first = await ask(ann);
  expect(first.json<Plant>().access).toMatchObject({name: 'Ann', role: 'viewer'});
  const tag = String(first.headers.etag);
  expect((await ask(ann, tag)).statusCode).toBe(304);
  const other = await ask(ben, tag);
  expect(other.statusCode).toBe(200);
  expect(other.json<Plant>().access).toMatchObject({name: 'Ben', role: 'engineer'});
});

test('a finding that retention took away is not told from memory, nor known by its tag', async () => {
  const {app, http, folder} = await servedPlant();
  const screened = await http.inject({method: 'POST', url: '/v1/screen', payload: {defect: 'scratch'}});
  const url = `/v1/findings/${screened.json<ScreenAnswer>().findings[0].id}`;
  const tag = String((await http.inject({url})).headers.etag);
  await rm(join(folder, 'answers'), {recursive: true});
  await app.applyRetention(false);
  expect((await http.inject({url, headers: {'if-none-match': tag}})).statusCode).toBe(404);
});
