/** Every way of hurting a warehouse at rest that a disk, a restore or a hand can think of. */
import {
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {canonicalJson, sealLine} from '../../warehouse/ledger-chain.ts';

export interface Damage {
  name: string;
  /** The truth is hurt: rebuild must refuse too. Otherwise it restores the same facts. */
  truth: boolean;
  /** @param path the warehouse; `others`: an older copy of it and one of another plant */
  hurt: (path: string, others: {older: string; foreign: string}) => void;
}

const DATABASE = 'warehouse.duckdb';
const WAL = 'warehouse.duckdb.wal';
const LEDGER = 'ledger/ledger.ndjson';
const HEAD = 'ledger/ledger.head';

/** The database of a process that was killed stands beside its log; `wal` says that the warehouse is such a one. */
export function damages(whole: string, wal: boolean): Damage[] {
  const projection = wal ? [DATABASE, WAL] : [DATABASE];
  const batches = readdirSync(join(whole, 'archive', 'batches'), {recursive: true})
    .map(name => join('archive', 'batches', String(name)))
    .filter(name => name.endsWith('.parquet'))
    .sort();
  const [first] = batches;
  const some = [first, batches.find(name => name.includes('rejects'))!, batches.find(name => name.includes('wide'))!];
  const raw = readdirSync(join(whole, 'archive', 'raw')).map(name => join('archive', 'raw', name));
  return [
    ...projection.flatMap(file => [...ofBytes(whole, file, false), ...ofFiles(file, false)]),
    ...(wal ? [] : [...some, raw[0]].flatMap(file => [...fewOfBytes(whole, file), deleted(file, true)])),
    ...(wal ? [] : [swapped(first, batches.at(-1)!), deletedFolder(first)]),
    ...(wal ? [] : ofLedger()),
  ];
}

function ofBytes(whole: string, file: string, truth: boolean): Damage[] {
  const size = statSync(join(whole, file)).size;
  const places = [0, 10, 60, 5000, 0.3, 0.6, 0.9].map(at => Math.floor(at < 1 ? at * size : at));
  return [
    ...[0, 100, 0.5].map(at => truncated(file, Math.floor(at < 1 ? at * size : at), truth)),
    truncated(file, size - 1, truth),
    ...[...new Set(places)].filter(at => at < size).map(at => flipped(file, at, truth)),
    ...[0, 0.6].map(at => zeroed(file, Math.floor((at * size) / 512) * 512, truth)),
  ];
}

function fewOfBytes(whole: string, file: string): Damage[] {
  const size = statSync(join(whole, file)).size;
  return [truncated(file, 0, true), truncated(file, size - 1, true), flipped(file, Math.floor(size / 2), true)];
}

function ofFiles(file: string, truth: boolean): Damage[] {
  return [
    deleted(file, truth),
    {
      name: `${file}: of another plant`,
      truth,
      hurt: (path, {foreign}) => copyFileSync(join(foreign, file), join(path, file)),
    },
    {
      name: `${file}: an older state of its own`,
      truth,
      hurt: (path, {older}) => copyFileSync(join(older, file), join(path, file)),
    },
  ];
}

function ofLedger(): Damage[] {
  const lines = (name: string, change: (lines: string[]) => string[], head?: (path: string) => void): Damage => ({
    name: `${LEDGER}: ${name}`,
    truth: true,
    hurt: path => {
      const file = join(path, LEDGER);
      const before = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      writeFileSync(
        file,
        change(before)
          .map(line => `${line}\n`)
          .join(''),
      );
      head?.(path);
    },
  });
  return [
    lines('a line removed', all => all.toSpliced(1, 1)),
    lines('two lines exchanged', all => all.with(1, all[2]).with(2, all[1])),
    lines('a line twice', all => all.toSpliced(1, 0, all[1])),
    lines('a line edited', all => all.with(1, all[1].replace('"accepted":', '"accepted":1'))),
    lines('a line edited, its hash made anew', all => all.with(1, resealed(all[1]))),
    lines('the last line edited, its hash made anew', all => all.with(-1, resealed(all.at(-1)!))),
    lines('cut off after a line', all => all.slice(0, -1)),
    lines('cut off after the first line', all => all.slice(0, 1)),
    lines(
      'cut off after a line, its witness gone',
      all => all.slice(0, -1),
      path => rmSync(join(path, HEAD)),
    ),
    truncated(LEDGER, -10, true),
    truncated(LEDGER, 0, true),
    deleted(LEDGER, true),
    flipped(LEDGER, 200, true),
    {
      name: `${LEDGER}: an older state of its own, witness and all`,
      truth: true,
      hurt: (path, {older}) => cpSync(join(older, 'ledger'), join(path, 'ledger'), {recursive: true, force: true}),
    },
    {
      name: `${LEDGER}: of another plant, witness and all`,
      truth: true,
      hurt: (path, {foreign}) => cpSync(join(foreign, 'ledger'), join(path, 'ledger'), {recursive: true, force: true}),
    },
    deleted(HEAD, false),
    {name: `${HEAD}: unreadable`, truth: false, hurt: path => writeFileSync(join(path, HEAD), 'what?')},
    {
      name: `${HEAD}: of another entry`,
      truth: true,
      hurt: path =>
        writeFileSync(join(path, HEAD), readFileSync(join(path, HEAD), 'utf8').replace(/[0-9a-f]{9}\n/, '000000000\n')),
    },
  ];
}

/** @param length from the end when negative */
const truncated = (file: string, length: number, truth: boolean): Damage => ({
  name: `${file}: cut to ${length} bytes`,
  truth,
  hurt: path => truncateSync(join(path, file), length < 0 ? statSync(join(path, file)).size + length : length),
});

const flipped = (file: string, at: number, truth: boolean): Damage => ({
  name: `${file}: a bit flipped at ${at}`,
  truth,
  hurt: path => {
    const bytes = readFileSync(join(path, file));
    bytes[at] ^= 0x10;
    writeFileSync(join(path, file), bytes);
  },
});

const zeroed = (file: string, at: number, truth: boolean): Damage => ({
  name: `${file}: zeros from ${at}`,
  truth,
  hurt: path => {
    const bytes = readFileSync(join(path, file));
    bytes.fill(0, at, at + 4096);
    writeFileSync(join(path, file), bytes);
  },
});

const deleted = (file: string, truth: boolean): Damage => ({
  name: `${file}: deleted`,
  truth,
  hurt: path => rmSync(join(path, file), {force: true}),
});

const swapped = (one: string, other: string): Damage => ({
  name: `${one}: exchanged with ${other}`,
  truth: true,
  hurt: path => {
    renameSync(join(path, one), join(path, 'aside'));
    renameSync(join(path, other), join(path, one));
    renameSync(join(path, 'aside'), join(path, other));
  },
});

const deletedFolder = (file: string): Damage => ({
  name: `the folder of ${file}: deleted`,
  truth: true,
  hurt: path => rmSync(join(path, file, '..'), {recursive: true}),
});

/** As somebody would who knows how a line is sealed, but not those after it. */
function resealed(line: string): string {
  const {seq, at, kind, body, prev} = JSON.parse(line) as {
    seq: number;
    at: string;
    kind: string;
    body: object;
    prev: string;
  };
  return sealLine({seq: seq - 1, hash: prev}, at, kind, canonicalJson({...body, forged: true})).line;
}
