import {createHash} from 'node:crypto';
import {appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Journal, readJournal, readSetAside, setAside} from '../../warehouse/journal.ts';
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

test('a line is the SHA-256 of its text and the text, then an empty line says that it is on the disk', async () => {
  const at = folder();
  const journal = journalIn(at);
  await journal.append({k: 1});
  await journal.close();
  const sha256 = createHash('sha256').update('{"group":[{"k":1}]}').digest('hex');
  expect(readFileSync(join(at, 'journal', '1.ndjson'), 'utf8')).toBe(`${sha256} {"group":[{"k":1}]}\n\n`);
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
  expect(await readJournal(at)).toMatchObject([{values: [{k: 1}, {k: 3}], altered: [3]}]);
});

/** A journal of three fsyncs, the second one of three writes: whether its bytes arrived in order or not. */
async function threeGroups(at: string): Promise<{path: string; lines: string[]}> {
  const journal = journalIn(at);
  await journal.append({k: 1});
  await Promise.all([2, 3, 4].map(k => journal.append({k})));
  await journal.append({k: 5});
  await journal.close();
  const path = join(at, 'journal', '1.ndjson');
  return {path, lines: readFileSync(path, 'utf8').split('\n')};
}

test('a cut of power before an fsync loses any block of what was being written: never read as altered', async () => {
  const at = folder();
  const {path, lines} = await threeGroups(at);
  const [first, , group] = lines;
  expect(group).toContain('{"k":2},{"k":3},{"k":4}');
  const before = `${first}\n\n`;
  const nul = (text: string, from: number, to: number) => text.slice(0, from) + '\0'.repeat(to - from) + text.slice(to);
  const unsynced = `${group}\n`;
  for (let from = 0; from < unsynced.length - 1; from += 7) {
    for (const to of [from + 1, unsynced.length - 1, unsynced.length]) {
      writeFileSync(path, before + nul(unsynced, from, to));
      expect({from, to, read: await readJournal(at)}).toMatchObject({
        from,
        to,
        read: [{values: [{k: 1}], altered: []}],
      });
    }
  }
  // The byte that says that the line before is on the disk waits for no disk: it may be lost alone.
  writeFileSync(path, `${first}\n\0${unsynced}`);
  expect(await readJournal(at)).toMatchObject([{values: [{k: 1}], altered: [], torn: unsynced.length}]);
  writeFileSync(path, `${first}\n\0`);
  expect(await readJournal(at)).toMatchObject([{values: [{k: 1}], altered: []}]);
});

test('what was on the disk and is not as it was written is told, wherever it stands, the last line too', async () => {
  const at = folder();
  const {path, lines} = await threeGroups(at);
  for (const [k, line] of lines.entries()) {
    for (let at = 0; at < line.length; at += 5) {
      const other = line.slice(0, at) + (line[at] === 'f' ? '0' : 'f') + line.slice(at + 1);
      writeFileSync(path, lines.with(k, other).join('\n'));
      expect({k, at, read: await readJournal(path.replace('/journal/1.ndjson', ''))}).toMatchObject({
        k,
        at,
        read: [{altered: [k + 1], torn: 0}],
      });
    }
  }
});

test('a journal of before there were groups, a line a write, is read as it was', async () => {
  const at = folder();
  mkdirSync(join(at, 'journal'));
  const line = (text: string) => `${createHash('sha256').update(text).digest('hex')} ${text}\n`;
  writeFileSync(join(at, 'journal', '1.ndjson'), line('[{"inspection":"I1"}]') + line('[{"inspection":"I2"}]'));
  expect(await readJournal(at)).toMatchObject([
    {values: [[{inspection: 'I1'}], [{inspection: 'I2'}]], torn: 0, altered: []},
  ]);
});

test('what is set aside has its name only when it is whole', async () => {
  const at = folder();
  mkdirSync(join(at, 'journal'));
  const cut = {
    ...diskFiles,
    open: async (path: string) => {
      const file = await diskFiles.open(path);
      return {
        ...file,
        sync: () => Promise.reject(new Error('the power was cut')),
      };
    },
  };
  await expect(setAside(at, {k: 1}, cut)).rejects.toThrow('the power was cut');
  expect(await readSetAside(at)).toEqual([]);
  const path = await setAside(at, {k: 2});
  expect(await readSetAside(at)).toEqual([{path, values: [{k: 2}], torn: 0, altered: []}]);
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 70));
  expect(await readSetAside(at)).toMatchObject([{values: [], torn: 0, altered: [1]}]);
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
