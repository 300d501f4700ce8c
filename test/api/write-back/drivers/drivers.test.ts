import {expect, test} from 'vitest';
import {
  isToldOfHolds,
  kindOf,
  ReceiverSettings,
  secretFiles,
  takenBy,
} from '../../../../api/write-back/drivers/drivers.ts';

const url = 'https://mes.plant';
const basic = {kind: 'basic', user: 'u', passwordFile: 'b.password'};
const plan = {hold: [{method: 'POST', path: '/'}], release: []};

test.each<[object, string, string[]]>([
  [{driver: 'webhook', url, secretFile: 'a.secret'}, 'webhook', ['a.secret']],
  [
    {driver: 'tryton', url, database: 'mes', user: 'u', passwordFile: 'a.password', quarantine: 'QUAR'},
    'tryton, run against Tryton 7.0',
    ['a.password'],
  ],
  [{driver: 'http', url, ...plan}, 'http, a plan of your own', []],
  [
    {driver: 'http', url, preset: 'erpnext', auth: basic},
    'http, erpnext: shape-tested against fixtures',
    ['b.password'],
  ],
])('%j: its kind, how far it was proven, and its secrets', (config, kind, files) => {
  const receiver = ReceiverSettings.parse(config);
  expect(kindOf(receiver)).toBe(kind);
  expect(secretFiles(receiver)).toEqual(files);
});

test('a preset that is to take only what response rules say is not told of holds', () => {
  const s4 = {
    driver: 'http',
    url,
    preset: 'sap-s4hana-batch',
    values: {batchPlant: '1010', defectCodeGroup: 'QD-SURF'},
  };
  expect(isToldOfHolds(ReceiverSettings.parse(s4))).toBe(true);
  const onlyReports = ReceiverSettings.parse({...s4, holds: false});
  expect(isToldOfHolds(onlyReports)).toBe(false);
  expect(takenBy(onlyReports)).toEqual(['nonconformance']);
});

test.each<[object, string]>([
  [{driver: 'fax'}, 'driver'],
  [{driver: 'tryton', url, database: '../other', user: 'u', passwordFile: 'p', quarantine: 'Q'}, 'database'],
  [{driver: 'http', url, preset: 'sap'}, 'preset'],
  [{driver: 'http', url, hold: [{method: 'DELETE', path: '/'}]}, 'method'],
  [{driver: 'http', url, ...plan, auth: {kind: 'none'}}, 'kind'],
  [{driver: 'http', url, hold: [{method: 'POST', path: '/', expect: [{at: 'x'}]}]}, 'expect'],
])('%j is refused: %s', (config, field) => {
  const {error} = ReceiverSettings.safeParse(config);
  expect(error?.issues[0].path.map(String)).toContain(field);
});
