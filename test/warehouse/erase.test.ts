/** A person is erased: no byte of the warehouse folder says the name any more, and nothing else is altered by it. */

import {spawnSync} from 'node:child_process';
import {appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {contain, contained} from '../../warehouse/contain.ts';
import {checksums} from '../../warehouse/content.ts';
import {erasePerson} from '../../warehouse/erase.ts';
import {hidePersons, tellPersons} from '../../warehouse/person-texts.ts';
import {listQuarantine, showQuarantine} from '../../warehouse/quarantine.ts';
import {packRawFiles} from '../../warehouse/raw-files.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {trace} from '../../warehouse/trace.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {filesWith} from './files-with.ts';
import {folder} from './plant-in-a-folder.ts';

/** Zoë, whose name is written with an escape in JSON, is in accepted rows, a duplicate, rejected rows and broken lines. */
const ZOE = 'Zoë "Z" Quist';
const QUOTED = '"Zoë ""Z"" Quist"';
const FILES: [name: string, text: string][] = [
  ['parts.csv', 'part,product,lot\nA,HX,L1\nB,HX,L1\n'],
  [
    'operations.csv',
    `part,step,operator,started_at\nA,press,${QUOTED},2026-01-05T06:00:00Z\nB,press,Bo Ek,2026-01-05T06:01:00Z\nB,press,${QUOTED},soon\n`,
  ],
  ['inspections.ndjson', '{"inspection":"I1","part":"A","inspector":"Zo\\u00eb \\"Z\\" Quist","result":"pass"}\n'],
  // Shifted by one, and broken: nobody can know that it is a person who is named.
  ['lots.csv', `lot,material,quantity\nL1,resin,${QUOTED}\nL2,steel,1,${QUOTED}\nL3,steel,1\n`],
  ['events.csv', 'station,at,kind,text\nP1,2026-01-05T05:00:00Z,maintenance,by Bo Ek\n'],
];

async function plant(into = folder()): Promise<Warehouse> {
  const w = await Warehouse.open(into);
  const sources = folder();
  for (const [name, text] of FILES) {
    writeFileSync(join(sources, name), text);
    await w.load({...(await planFile(join(sources, name))), source: name}, linesOfRecords);
  }
  return w;
}

const names = (root: string) => [...filesWith(root, 'Quist'), ...filesWith(root, 'Zo\\u00eb')];

test('no byte says the name, verify and rebuild agree, answers are as they were but for it', async () => {
  const w = await plant();
  await w.tend(packRawFiles);
  const kept = await contain(w, {target: `press.operator = '${ZOE}'`});
  expect(kept.parts).toBe(1);
  const before = await w.read(undefined, checksums);
  const {history} = await trace(w, {id: 'A', kind: 'part'});
  expect(names(w.folder).length).toBeGreaterThan(4);

  const erased = await erasePerson(w, ZOE, 'Data protection');
  const [person] = erased.persons;
  expect(erased).toMatchObject({
    persons: [expect.stringMatching(/^person-/)],
    raw: 3,
    rejects: 2,
    answers: 1,
    remains: [],
  });
  expect(names(w.folder)).toEqual([]);
  // The other person, and the evidence of those who are not concerned, stay.
  expect(filesWith(w.folder, 'Bo Ek')).toContain(join('persons', 'names.json'));
  await expect(contained(w, kept.id)).rejects.toThrow('ask again');
  const after = await trace(w, {id: 'A', kind: 'part'});
  expect(after.history).toEqual(
    JSON.parse(
      JSON.stringify(history)
        .replaceAll(JSON.stringify(ZOE).slice(1, -1), person)
        .replaceAll(JSON.stringify(JSON.stringify(ZOE).slice(1, -1)).slice(1, -1), person),
    ),
  );
  expect(await contain(w, {target: `press.operator = '${person}'`})).toMatchObject({parts: 1});
  const shown = await Promise.all((await listQuarantine(w)).map(({id}) => showQuarantine(w, id)));
  expect(
    shown
      .flatMap(({rows}) => rows)
      .map(({row, reason}) => JSON.stringify(row) + reason)
      .filter(text => text.includes(person)),
  ).toHaveLength(3);
  await w.close();
  expect(names(w.folder)).toEqual([]);

  expect(await verify(w.folder)).toMatchObject({ok: true, problems: []});
  await rebuild(w.folder);
  expect(await verify(w.folder)).toMatchObject({ok: true, problems: []});
  const again = await Warehouse.open(w.folder);
  const {decisions: _, ...facts} = await again.read(undefined, checksums);
  const {decisions: __, ...factsBefore} = before;
  expect(facts).toEqual(factsBefore);
  await again.close();
});

test('what was sent again does not bring the name back, and the same name is somebody new', async () => {
  const w = await plant();
  const [person] = (await erasePerson(w, ZOE, 'DP')).persons;
  const path = join(folder(), 'operations.csv');
  writeFileSync(path, FILES[1][1]);
  const same = await w.load(await planFile(path), linesOfRecords);
  expect(same.status).toBe('duplicate');
  expect(names(w.folder)).toEqual([]);
  appendFileSync(path, '\n');
  await w.load(await planFile(path), linesOfRecords);
  expect([...w.persons.names()].filter(([, name]) => name === ZOE).map(([other]) => other)).not.toContain(person);
  expect(w.persons.names().size).toBe(2);
  await w.close();
  expect(await verify(w.folder)).toMatchObject({ok: true, problems: []});
});

test('a name that is nobody, and a short one: only columns of persons say who is meant by it', async () => {
  const w = await plant();
  const sources = folder();
  for (const [name, text] of [
    ['operations.csv', 'part,step,operator,quantity_good\nA,saw,7,7\nB,saw,8,x\n'],
    ['tallies.csv', 'lot,step,inspected\nL1,saw,7\n'],
  ]) {
    writeFileSync(join(sources, name), text);
    await w.load({...(await planFile(join(sources, name))), source: name}, linesOfRecords);
  }
  await expect(erasePerson(w, 'Nemo', 'DP')).rejects.toMatchObject({code: 'NOT_FOUND'});
  expect(await erasePerson(w, '7', 'DP')).toMatchObject({raw: 1});
  expect(await erasePerson(w, 'Bo Ek', 'DP')).toMatchObject({remains: [{where: 'events.text', rows: 1}]});
  await w.close();
  expect(await verify(w.folder)).toMatchObject({ok: true, problems: []});
});

test('killed at any step, an erasure that is in the ledger is finished when the warehouse is opened', async () => {
  const whole = await plant();
  await contain(whole, {target: `press.operator = '${ZOE}'`});
  await whole.close();
  const script = new URL('./erase-until-killed.ts', import.meta.url).pathname;
  const outcomes = new Set<string>();
  // 1 adopts the files of the ledger entry, 2 to 7 remove raw bytes, then rejects, answers; the look-up comes last.
  for (const step of [1, 3, 9, 11]) {
    const at = join(folder(), 'w');
    cpSync(whole.folder, at, {recursive: true});
    const {signal} = spawnSync(process.execPath, ['--import', 'tsx', script, at, ZOE, String(step)]);
    expect([step, signal]).toEqual([step, 'SIGKILL']);
    const w = await Warehouse.open(at);
    const isRecorded = w.entries().some(({kind}) => kind === 'erasure');
    await w.close();
    outcomes.add(`${isRecorded} ${names(at).length === 0}`);
    expect(names(at).length === 0).toBe(isRecorded);
    expect(await verify(at)).toMatchObject({ok: true, problems: []});
  }
  // Killed before the ledger was written, and after.
  expect([...outcomes].sort()).toEqual(['false false', 'true true']);
});

test('files from a backup taken before are cleared away again', async () => {
  const w = await plant();
  const raw = join(w.folder, 'archive', 'raw');
  const look = readFileSync(join(w.folder, 'persons', 'names.json'));
  const copy = join(folder(), 'raw');
  cpSync(raw, copy, {recursive: true});
  await erasePerson(w, ZOE, 'DP');
  await w.close();
  expect(readdirSync(raw).length).toBeLessThan(readdirSync(copy).length);
  cpSync(copy, raw, {recursive: true});
  mkdirSync(join(w.folder, 'persons'), {recursive: true});
  writeFileSync(join(w.folder, 'persons', 'names.json'), look);
  await (await Warehouse.open(w.folder)).close();
  expect(names(w.folder)).toEqual([]);
});

test.each([
  ["parts with press.operator = 'Anna Quist', and", "parts with press.operator = 'person-aaaaaaaaaaaa', and"],
  ['3 parts met press.operator 7 in 7 runs', '3 parts met press.operator person-bbbbbbbbbbbb in 7 runs'],
  [
    '7.1 times as frequent when press.operator is 7 (7 lots)',
    '7.1 times as frequent when press.operator is person-bbbbbbbbbbbb (7 lots)',
  ],
  [
    '/contain?target=press.operator+%3D+%27Anna+Quist%27&asOf=7',
    '/contain?target=press.operator+%3D+%27person-aaaaaaaaaaaa%27&asOf=7',
  ],
  ['Annabella Quistorp', 'Annabella Quistorp'],
])('in the evidence of a hold: %s', (told, kept) => {
  const known = new Map([
    ['person-aaaaaaaaaaaa', 'Anna Quist'],
    ['person-bbbbbbbbbbbb', '7'],
  ]);
  expect(hidePersons({basis: told}, known)).toEqual({basis: kept});
  expect(tellPersons({basis: kept}, known)).toEqual({basis: told});
});
