/** Persons as people meet them: names in every answer, none in the ledger, none anywhere once they are erased. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ingest, replay} from '../../api/load-files.ts';
import type {Hold} from '../../warehouse/hold-answers.ts';
import {servedPlant, temporaryFolder} from './plant.ts';

const said = (value: unknown) => JSON.stringify(value).includes('Quist');

test('a hold rests on what was asked about a person: the ledger keeps pseudonyms, people see names until the erasure', async () => {
  const {app, http} = await servedPlant();
  const folder = temporaryFolder();
  const operations = join(folder, 'operations.csv');
  writeFileSync(operations, 'part,step,operator\nP1,polish,Anna Quist\nP2,polish,Bo Ek\n');
  await ingest(app, [operations]);
  const post = async (url: string, payload: object) => (await http.inject({method: 'POST', url, payload})).json<Hold>();
  const {id: contained} = await post('/v1/contain', {target: "polish.operator = 'Anna Quist'"});
  const {id} = await post('/v1/holds', {contained, reason: 'X', text: '', by: 'Eve'});
  expect(said(app.warehouse.entries())).toBe(false);
  expect(said((await http.inject(`/v1/holds/${id}`)).json())).toBe(true);

  const tag = (await http.inject('/v1/tables/operations.csv')).headers.etag as string;
  const erased = await http.inject({
    method: 'POST',
    url: '/v1/persons/erase',
    payload: {name: 'Anna Quist', by: 'Eve'},
  });
  expect(erased.json()).toMatchObject({raw: 1, remains: []});
  const [person] = erased.json<{persons: string[]}>().persons;
  const shown = (await http.inject(`/v1/holds/${id}`)).json();
  expect(said(shown)).toBe(false);
  expect(JSON.stringify(shown)).toContain(person);
  const table = await http.inject({url: '/v1/tables/operations.csv', headers: {'if-none-match': tag}});
  expect(table.statusCode).toBe(200);
  expect(table.body).toContain(person);
  expect(said(table.body)).toBe(false);
  expect((await http.inject('/v1/persons')).json()).toMatchObject({persons: [{name: 'Bo Ek'}]});
});

test('a mapping that says names is kept with pseudonyms, and read again with names', async () => {
  const {app} = await servedPlant();
  const folder = temporaryFolder();
  const mapping = join(folder, 'mapping.json');
  const log = join(folder, 'log.csv');
  writeFileSync(
    mapping,
    JSON.stringify({
      tables: {
        operations: {
          part: 'id',
          step: {constant: 'polish'},
          operator: {map: 'badge', values: {'1': 'Anna Quist'}},
          started_at: 'at',
        },
      },
    }),
  );
  writeFileSync(log, 'id,badge,at\nP1,1,2024-03-01T06:00:00Z\nP2,1,soon\n');
  const [receipt] = await ingest(app, [log], {mapping});
  expect(receipt).toMatchObject({status: 'partly-rejected'});
  expect(said(app.warehouse.entries())).toBe(false);
  const [again] = await replay(app, String(receipt.batch));
  expect(again.tables).toMatchObject([{accepted: 0, duplicates: 1, conflicts: 0}]);
});
