import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {Ledger, LedgerDamaged, LedgerWriteFailed, readLedger, verifyLedger} from '../../warehouse/ledger.ts';
import {diskFiles, type LedgerFile, type LedgerFiles} from '../../warehouse/ledger-file.ts';

let folder: string;
const file = () => join(folder, 'ledger', 'ledger.ndjson');
const lines = async () => (await readFile(file(), 'utf8')).split('\n').slice(0, -1);
const rewrite = (changed: string[]) => writeFile(file(), changed.map(line => `${line}\n`).join(''));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fishbone-ledger-'));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

/** A closed ledger of `count` entries. */
async function written(count: number): Promise<void> {
  const ledger = await Ledger.open(folder);
  for (let n = 1; n <= count; n++) await ledger.append('batch', {rows: n, source: `file ${n}.csv`});
  await ledger.close();
}

describe('the chain', () => {
  test('is sha256 over the hash before and the canonical content, computed here by hand', async () => {
    const ledger = await Ledger.open(folder);
    const first = await ledger.append('batch', {z: 1, a: ['ü', null], gone: undefined}, '2026-01-02T03:04:05.000Z');
    const second = await ledger.append('hold', 'text', '2026-01-02T03:04:06.000Z');
    const zeros = '0'.repeat(64);
    const content = '{"at":"2026-01-02T03:04:05.000Z","body":{"a":["ü",null],"z":1},"kind":"batch","seq":1}';
    expect(first.hash).toBe(
      createHash('sha256')
        .update(zeros + content)
        .digest('hex'),
    );
    expect(second).toMatchObject({seq: 2, kind: 'hold', body: 'text', prev: first.hash});
    expect(ledger.head).toEqual({seq: 2, hash: second.hash});
    await ledger.close();
    expect(JSON.parse((await lines())[1])).toEqual(second);
  });

  test('continues after closing and opening', async () => {
    await written(3);
    const ledger = await Ledger.open(folder);
    const fourth = await ledger.append('batch', {rows: 4});
    expect(fourth.seq).toBe(4);
    expect(fourth.prev).toBe(ledger.entries()[2].hash);
    expect(ledger.notices).toEqual([]);
    await ledger.close();
    expect(await verifyLedger(folder)).toEqual([]);
  });

  test('refuses what JSON would lose in silence, and goes on', async () => {
    const ledger = await Ledger.open(folder);
    await expect(ledger.append('batch', {mean: Number.NaN})).rejects.toThrow('not a JSON value: NaN');
    await expect(ledger.append('batch', {id: 12n})).rejects.toThrow('not a JSON value: bigint');
    expect((await ledger.append('batch', {when: new Date(0)})).body).toEqual({when: '1970-01-01T00:00:00.000Z'});
    expect(ledger.head.seq).toBe(1);
    await ledger.close();
  });

  test('keeps the order of concurrent calls, and one fsync serves many', async () => {
    const calls: string[] = [];
    const ledger = await Ledger.open(folder, recording(calls));
    calls.length = 0;
    const entries = await Promise.all(Array.from({length: 500}, (_, n) => ledger.append('batch', n)));
    expect(entries.map(entry => entry.body)).toEqual(Array.from({length: 500}, (_, n) => n));
    expect(entries.map(entry => entry.seq)).toEqual(Array.from({length: 500}, (_, n) => n + 1));
    // The first call goes alone, the 499 that came meanwhile go together.
    expect(calls.filter(call => call === 'sync ledger.ndjson')).toHaveLength(2);
    await ledger.close();
    expect(await verifyLedger(folder)).toEqual([]);
  });

  test('what is prepared knows its number, and nothing is written meanwhile; what cannot be prepared is not in the ledger', async () => {
    const ledger = await Ledger.open(folder);
    const seen: [number, number][] = [];
    const prepare = async (seq: number) => {
      await wait(5);
      seen.push([seq, ledger.head.seq]);
    };
    const fails = () => Promise.reject(new Error('no folder'));
    const calls = [
      ledger.append('note', 'a'),
      ledger.append('note', 'b'),
      ledger.append('batch', 'c', undefined, prepare),
      ledger.append('note', 'd'),
      ledger.append('batch', 'lost', undefined, fails),
      ledger.append('batch', 'e', undefined, prepare),
      ledger.append('note', 'f'),
    ];
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({status}) => status === 'fulfilled')).toEqual([true, true, true, true, false, true, true]);
    expect(seen).toEqual([
      [3, 2],
      [5, 4],
    ]);
    expect(ledger.entries().map(({body}) => body)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    await ledger.close();
    expect(await verifyLedger(folder)).toEqual([]);
  });

  test('a closed ledger takes nothing, but finishes what it took', async () => {
    const ledger = await Ledger.open(folder);
    const pending = [ledger.append('batch', 1), ledger.append('batch', 2)];
    await ledger.close();
    expect((await Promise.all(pending)).map(entry => entry.seq)).toEqual([1, 2]);
    await expect(ledger.append('batch', 3)).rejects.toThrow('the ledger is closed');
  });
});

describe('the order of system calls', () => {
  test('write, fsync, witness, then the acknowledgement; folders are synced when it is made', async () => {
    const calls: string[] = [];
    const ledger = await Ledger.open(folder, recording(calls));
    expect(calls.slice(-2)).toEqual(['sync folder ledger', `sync folder ${folder.split('/').at(-1)}`]);
    calls.length = 0;
    await ledger.append('hold', {}).then(() => calls.push('acknowledged'));
    expect(calls).toEqual(['write ledger.ndjson', 'sync ledger.ndjson', 'write ledger.head', 'acknowledged']);
    await ledger.close();
  });
});

describe('damage', () => {
  test.each([
    ['with half a line', '{"seq":4,"at":"2026-'],
    ['with a line that only lacks its newline', null],
  ])('a torn end %s is set aside, and the ledger goes on', async (_name, torn) => {
    await written(3);
    const tail = torn ?? (await lines())[2].replace('"seq":3', '"seq":4');
    await appendFile(file(), tail);
    expect(await verifyLedger(folder)).toMatchObject([{line: 4, seq: 4, what: 'torn'}]);
    const ledger = await Ledger.open(folder);
    expect(ledger.notices).toHaveLength(1);
    expect(ledger.notices[0]).toContain('line 4 (entry 4) was never completed');
    expect(await readFile(join(folder, 'ledger', 'ledger.torn-4'), 'utf8')).toBe(tail);
    expect((await ledger.append('batch', 'four')).seq).toBe(4);
    await ledger.close();
    expect(await verifyLedger(folder)).toEqual([]);
    await appendFile(file(), 'x');
    await appendFile(join(folder, 'ledger', 'ledger.torn-5'), 'from an earlier crash');
    await (await Ledger.open(folder)).close();
    expect(await readdir(join(folder, 'ledger'))).toContain('ledger.torn-5-2');
  });

  test('every single flipped bit is found at its line', async () => {
    await written(3);
    const whole = await readFile(file());
    const lineOf = (offset: number) => whole.subarray(0, offset).filter(byte => byte === 10).length + 1;
    for (let offset = 0; offset < whole.length; offset += 7) {
      const bent = Buffer.from(whole);
      bent[offset] ^= 1 << (offset % 8);
      await writeFile(file(), bent);
      const found = await verifyLedger(folder);
      expect(found[0]?.line, `bit ${offset % 8} of byte ${offset}`).toBe(lineOf(offset));
    }
  });

  test('a lost acknowledged end is not taken for a torn one', async () => {
    await written(3);
    const size = (await readFile(file())).length;
    await truncate(file(), size - 5);
    await expect(Ledger.open(folder)).rejects.toThrow(/line 3 \(entry 3\) is damaged, torn/);
  });

  test.each([
    ['a deleted line', [0, 2, 3, 4], {line: 2, seq: 2, what: 'missing'}],
    ['a deleted first line', [1, 2, 3, 4], {line: 1, seq: 1, what: 'missing'}],
    ['two swapped lines', [0, 2, 1, 3, 4], {line: 3, seq: 2, what: 'reordered'}],
    ['a line written twice', [0, 1, 1, 2, 3, 4], {line: 3, seq: 2, what: 'reordered'}],
    ['whole lines cut off at the end', [0, 1, 2], {line: 4, seq: 4, what: 'cut-off'}],
    ['everything gone', [], {line: 1, seq: 1, what: 'cut-off'}],
  ])('%s is named by line and seq, and nothing is opened or changed', async (_name, kept, problem) => {
    await written(5);
    const whole = await lines();
    await rewrite(kept.map(index => whole[index]));
    expect(await verifyLedger(folder)).toMatchObject([problem]);
    await expect(Ledger.open(folder)).rejects.toBeInstanceOf(LedgerDamaged);
    expect(await lines()).toEqual(kept.map(index => whole[index]));
  });

  test('an edited entry whose hash was recomputed does not fit its neighbour', async () => {
    await written(5);
    const whole = await lines();
    const forged = reseal(whole[2], {rows: 1_000_000});
    await rewrite(whole.with(2, forged));
    expect(await verifyLedger(folder)).toMatchObject([{line: 4, seq: 4, what: 'edited'}]);
    // Even the last one: the witness knows its hash.
    await rewrite(whole.with(4, reseal(whole[4], {rows: 0})));
    expect(await verifyLedger(folder)).toMatchObject([{what: 'cut-off', seq: 5}]);
  });

  test('several damages are each named, and a healthy line is read past them', async () => {
    await written(6);
    const whole = await lines();
    await rewrite([whole[0], whole[1].replace('file 2', 'file 9'), whole[2], 'nonsense', whole[4], whole[5]]);
    expect(await verifyLedger(folder)).toMatchObject([
      {line: 2, seq: 2, what: 'edited'},
      {line: 4, seq: 4, what: 'unreadable'},
    ]);
    const healthy: number[] = [];
    for await (const {entry} of readLedger(folder)) if (entry) healthy.push(entry.seq);
    expect(healthy).toEqual([1, 3, 5, 6]);
  });
});

describe('a disk that refuses', () => {
  test('a real file-size limit: rejected whole, what was acknowledged stays, and it recovers', async () => {
    const child = new URL('ledger-full-disk.ts', import.meta.url).pathname;
    // 8 blocks of 1024 bytes; bash counts so.
    const run = spawnSync('bash', [
      '-c',
      `ulimit -f 8; exec "${process.execPath}" --import tsx "${child}" "${folder}"`,
    ]);
    const said = JSON.parse(run.stdout.toString() || `"${run.stderr.toString()}"`);
    expect(said.refused).toMatch(/^the ledger could not be written: EFBIG/);
    expect(said.acknowledged).toBeGreaterThan(10);
    expect(said.smallOneAfterwards).toBe(said.acknowledged + 1);
    expect(await verifyLedger(folder)).toEqual([]);
    const ledger = await Ledger.open(folder);
    expect(ledger.notices).toEqual([]);
    expect(ledger.head.seq).toBe(said.acknowledged + 1);
    expect((await ledger.append('batch', 'x'.repeat(20_000))).seq).toBe(said.acknowledged + 2);
    await ledger.close();
  });

  test('a failed fsync is not acknowledged and its bytes do not stay', async () => {
    const trouble = {at: ''};
    const ledger = await Ledger.open(folder, failing(trouble, 'ENOSPC'));
    trouble.at = 'sync once';
    await expect(ledger.append('batch', 'lost')).rejects.toThrow('ENOSPC');
    expect(await readFile(file(), 'utf8')).toBe('');
    expect((await ledger.append('batch', 'kept')).seq).toBe(1);
    await ledger.close();
    expect(await verifyLedger(folder)).toEqual([]);
  });

  test('when a failed write cannot be taken back, it refuses until it is opened again', async () => {
    const trouble = {at: ''};
    const ledger = await Ledger.open(folder, failing(trouble, 'EIO'));
    await ledger.append('batch', 1);
    trouble.at = 'sync';
    await expect(ledger.append('batch', 2)).rejects.toThrow('could not be taken back');
    trouble.at = '';
    const refusal = await ledger.append('batch', 3).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LedgerWriteFailed);
    expect(refusal).toMatchObject({final: true});
    await ledger.close();
    const again = await Ledger.open(folder);
    expect((await again.append('batch', 3)).seq).toBe(2);
    await again.close();
  });

  test('a second writer is noticed before it is overwritten', async () => {
    const ledger = await Ledger.open(folder);
    const other = await Ledger.open(folder);
    await other.append('batch', 'theirs');
    await expect(ledger.append('batch', 'mine')).rejects.toThrow('another process writes to it');
    await Promise.all([ledger.close(), other.close()]);
    expect(await verifyLedger(folder)).toEqual([]);
  });
});

/** The forger's work: new content, and a hash that fits it. */
function reseal(line: string, body: object): string {
  const {seq, at, kind, prev} = JSON.parse(line);
  const content = `{"at":"${at}","body":${JSON.stringify(body)},"kind":"${kind}","seq":${seq}}`;
  const hash = createHash('sha256')
    .update(prev + content)
    .digest('hex');
  return JSON.stringify({seq, at, kind, body, prev, hash});
}

/** The real files, each call noted once it has returned. */
function recording(calls: string[]): LedgerFiles {
  const base = (path: string) => path.split('/').at(-1);
  return {
    open: async path => {
      const real = await diskFiles.open(path);
      const noting: LedgerFile = {
        ...real,
        write: (bytes, position) => real.write(bytes, position).then(() => void calls.push(`write ${base(path)}`)),
        sync: () => real.sync().then(() => void calls.push(`sync ${base(path)}`)),
      };
      return noting;
    },
    syncFolder: path => diskFiles.syncFolder(path).then(() => void calls.push(`sync folder ${base(path)}`)),
  };
}

/** The real files on a disk whose fsync fails while `trouble.at` is 'sync', or once for 'sync once'. */
function failing(trouble: {at: string}, code: string): LedgerFiles {
  let opened = false;
  return {
    open: async path => {
      const real = await diskFiles.open(path);
      return {
        ...real,
        sync: async () => {
          if (opened && trouble.at.startsWith('sync')) {
            if (trouble.at === 'sync once') trouble.at = '';
            throw Object.assign(new Error(`${code}: fsync`), {code});
          }
          await real.sync();
        },
      };
    },
    syncFolder: async path => {
      await diskFiles.syncFolder(path);
      opened = true;
    },
  };
}
