// What the tests of the API share: a small plant in files, a warehouse of it, the command line, a listening server.
import {execFile, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {onTestFinished, vi} from 'vitest';
import {type App, type OpenOptions, openApp} from '../../api/app.ts';
import {main} from '../../api/cli.ts';
import {buildHttp, type Http} from '../../api/http.ts';
import {ingest} from '../../api/load-files.ts';
import {startEmpty} from '../warehouse/plant-in-a-folder.ts';

const BIN = fileURLToPath(new URL('../../api/fishbone.cjs', import.meta.url));

/** Three lots of four parts in two products; all four parts of lot L1 ran on tool T7 and failed with scratches. */
export const PARTS = Array.from({length: 12}, (_, k) => ({
  part: `P${k + 1}`,
  product: k < 8 ? 'A' : 'B',
  lot: `L${Math.floor(k / 4) + 1}`,
}));
const isBad = ({lot}: {lot: string}) => lot === 'L1';

/** The plant's files. @returns the folder */
export function plantFiles(folder = temporaryFolder()): string {
  const at = (k: number) => `2024-03-01T${String(6 + k).padStart(2, '0')}:00:00Z`;
  const files: Record<string, string[]> = {
    'parts.csv': ['part,product,lot,made_at', ...PARTS.map((p, k) => `${p.part},${p.product},${p.lot},${at(k)}`)],
    'lots.csv': [
      'lot,material,kind',
      'L1,housing,finished',
      'L2,housing,finished',
      'L3,housing,finished',
      'S1,steel,raw',
    ],
    'genealogy.csv': ['parent,parent_kind,child,child_kind', 'S1,lot,L1,lot', 'S1,lot,L2,lot'],
    'operations.csv': [
      'part,step,station,tool,started_at',
      ...PARTS.map((p, k) => `${p.part},bore,B1,${isBad(p) ? 'T7' : 'T1'},${at(k)}`),
    ],
    'inspections.csv': [
      'inspection,part,inspected_at,result',
      ...PARTS.map((p, k) => `I-${p.part},${p.part},${at(k + 1)},${isBad(p) ? 'fail' : 'pass'}`),
    ],
    'defects.csv': ['inspection,defect', ...PARTS.filter(isBad).map(p => `I-${p.part},scratch`)],
    'movements.csv': [
      'kind,id,at,location,status',
      `lot,L1,${at(13)},Hall 2,stock`,
      `lot,L2,${at(13)},Truck 9,shipped`,
    ],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  return folder;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-api-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

/** The application over a warehouse that holds the plant, and its HTTP door without a network. */
export async function servedPlant({
  empty,
  localToken,
  ...config
}: {empty?: boolean; localToken?: string} & OpenOptions['config'] = {}): Promise<{
  app: App;
  http: Http;
  folder: string;
}> {
  const folder = temporaryFolder();
  await startEmpty(folder);
  const app = await openApp(folder, {make: true, config});
  const files = join(folder, 'files');
  mkdirSync(files);
  if (!empty) await ingest(app, [plantFiles(files)]);
  const http = await buildHttp(app, {
    localToken: localToken ?? null,
    dashboards: null,
    checksAnswers: true,
  });
  onTestFinished(async () => {
    await http.close();
    await app.close();
  });
  return {app, http, folder};
}

export interface Ran {
  code: number;
  out: string;
  err: string;
  /** What stdout holds, as JSON. */
  json<T>(): T;
}

/** Runs the command line as a person would, in a process of its own. */
export function fishbone(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise(resolve => {
    const options = {env: {...process.env, NO_COLOR: '1', ...env}, maxBuffer: 50_000_000};
    const child = execFile(process.execPath, [BIN, ...args], options, (_error, out, err) => {
      resolve({code: child.exitCode ?? -1, out, err, json: <T>() => JSON.parse(out) as T});
    });
  });
}

/** The same within this process: no start to wait for, and one at a time. */
export async function fishboneHere(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const written = {out: '', err: ''};
  const collect = (into: 'out' | 'err') => (chunk: unknown) => {
    written[into] += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(collect('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(collect('err')),
  ];
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    const code = await main([...args]);
    const {out, err} = written;
    return {code, out, err, json: <T>() => JSON.parse(out) as T};
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** Starts `serve` in a process of its own; it stops with the test at the latest. */
export async function startServer(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{address: string; pid: number; stop(): Promise<number | null>; err(): string}> {
  const all = [BIN, 'serve', '--warehouse', folder, '--port', '0', '--json', ...args];
  const child = spawn(process.execPath, all, {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...env}});
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  onTestFinished(async () => void (await stop()));
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const line = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve(out);
    });
    child.once('exit', code => reject(new Error(`serve ended with ${code}: ${err}`)));
  });
  return {address: (JSON.parse(line) as {address: string}).address, pid: child.pid!, stop, err: () => err};
}
