import {createHash} from 'node:crypto';
import {appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Journal, readJournal} from '../../warehouse/journal.ts';
import {diskFiles} from '../../warehouse/ledger-file.ts';
import {folder} from './plant-in-a-folder.ts';

const journalIn = (at: string, files = diskFiles) => new Journal<{k: number}>(at, value => value, files);

test('what was appended is read again, in order; a turned file says what it has, and goes', async () => {
  const at = folder();
  const journal = journalIn(at);
  expect(await journal.turn()).toBeNull();
  await Promise.all([1, 2, 3].map(k => journal.append({k})));
  const turned = (await journal.turn())!;
  expect(turned.values).toEqual([{k: 1}, {k: 2}, {k: 3}]);
  await journal.append({k: 4});
  expect((await readJournal(at)).map(({values}) => values)).toEqual([[{k: 1}, {k: 2}, {k: 3}], [{k: 4}]]);
  await journal.remove(turned);
  await journal.close();
  expect((await readJournal(at)).map(({values}) => values)).toEqual([[{k: 4}]]);
  const next = journalIn(at);
  await next.append({k: 5});
  await next.close();
  expect((await readJournal(at)).map(({values}) => values)).toEqual([[{k: 4}], [{k: 5}]]);
});

test('a line is the SHA-256 of its text and the text', async () => {
  const at = folder();
  const journal = journalIn(at);
  await journal.append({k: 1});
  await journal.close();
  const sha256 = createHash('sha256').update('{"k":1}').digest('hex');
  expect(readFileSync(join(at, 'journal', '1.ndjson'), 'utf8')).toBe(`${sha256} {"k":1}\n`);
});

test('a write that was cut off is no part of it, an altered line is told', async () => {
  const at = folder();
  const journal = journalIn(at);
  for (const k of [1, 2, 3]) await journal.append({k});
  await journal.close();
  const path = join(at, 'journal', '1.ndjson');
  appendFileSync(path, 'abc {"k":');
  expect(await readJournal(at)).toEqual([{path, values: [{k: 1}, {k: 2}, {k: 3}], torn: 9, altered: []}]);
  writeFileSync(path, readFileSync(path, 'utf8').replace('{"k":2}', '{"k":7}'));
  expect(await readJournal(at)).toMatchObject([{values: [{k: 1}, {k: 3}], altered: [2]}]);
});

test('what the disk does not take is refused, and what comes after is whole', async () => {
  const at = folder();
  let isFull = false;
  const journal = journalIn(at, {
    ...diskFiles,
    open: async path => {
      const file = await diskFiles.open(path);
      return {
        ...file,
        write: async (bytes, position) => {
          if (!isFull) return file.write(bytes, position);
          await file.write(bytes.subarray(0, 20), position);
          throw Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC'});
        },
      };
    },
  });
  await journal.append({k: 1});
  isFull = true;
  await expect(journal.append({k: 2})).rejects.toThrow('ENOSPC');
  isFull = false;
  await journal.append({k: 3});
  await journal.close();
  expect(await readJournal(at)).toMatchObject([{values: [{k: 1}, {k: 3}], torn: 0, altered: []}]);
});

test('nothing is left behind where nothing waits', async () => {
  const at = folder();
  const journal = journalIn(at);
  await journal.append({k: 1});
  await journal.remove((await journal.turn())!);
  await journal.close();
  expect(existsSync(join(at, 'journal'))).toBe(true);
  expect(readdirSync(join(at, 'journal'))).toEqual([]);
});
