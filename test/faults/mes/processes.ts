/** The processes of the storm: a MES that stays, and a Fishbone that is killed and started again. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {Line, MesSettings} from './mes.ts';

const BIN = fileURLToPath(new URL('../../../api/fishbone.cjs', import.meta.url));
const NAMES = new URL('names.js', import.meta.url).href;

export interface Mes {
  port: number;
  /** What it has written down up to now. */
  journal(): Line[];
  /** The lots that are held, as it says itself. */
  held(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startMes(settings: MesSettings): Promise<Mes> {
  const script = fileURLToPath(new URL('mes.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const {port} = await firstLine<{port: number}>(child, 'the MES');
  return {
    port,
    journal: () =>
      readFileSync(settings.journal, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as Line),
    held: async () => {
      // It may be away at the moment: that is one of its faults.
      for (let k = 0; ; k++) {
        const answer = await fetch(`http://127.0.0.1:${port}/lots`).catch((error: unknown) => {
          if (k >= 40) throw error;
          return null;
        });
        if (answer) return ((await answer.json()) as {held: string[]}).held;
        await new Promise(resolve => setTimeout(resolve, 250));
      }
    },
    stop: () => end(child, 'SIGKILL').then(() => undefined),
  };
}

/** `fishbone serve`, again and again. */
export class Served {
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #address: Promise<string>;
  startsMs: number[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#address = this.#start();
  }

  /** Where it is now; waits while it starts. */
  get address(): Promise<string> {
    return this.#address;
  }

  /** Kills it, and starts another. */
  async killAndStart(): Promise<void> {
    await this.#address;
    await end(this.#child!, 'SIGKILL');
    this.#address = this.#start();
    await this.#address;
  }

  /** @returns its exit code */
  async stop(): Promise<number | null> {
    await this.#address.catch(() => undefined);
    return end(this.#child!, 'SIGTERM');
  }

  async #start(): Promise<string> {
    const beganMs = performance.now();
    const args = ['--import', NAMES, BIN, 'serve', '--warehouse', this.#folder, '--port', '0', '--json'];
    const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']});
    this.#child = child;
    const {address} = await firstLine<{address: string}>(child, 'fishbone serve');
    this.startsMs.push(performance.now() - beganMs);
    return address;
  }
}

/** Runs a command to its end. @returns its exit code and what it said */
export async function command(...args: string[]): Promise<{code: number | null; out: string}> {
  const child = spawn(process.execPath, [BIN, ...args], {stdio: ['ignore', 'pipe', 'inherit']});
  let out = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return {code, out};
}

async function firstLine<T>(child: ChildProcess, who: string): Promise<T> {
  const lines = createInterface({input: child.stdout!});
  return new Promise((resolve, reject) => {
    lines.once('line', line => resolve(JSON.parse(line) as T));
    child.once('exit', (code, signal) => reject(new Error(`${who} ended with ${code ?? signal}`)));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, 'exit');
  child.kill(signal);
  const [code] = (await gone) as [number | null];
  return code;
}
