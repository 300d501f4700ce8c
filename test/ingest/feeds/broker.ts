// A real broker for the tests: Debian's mosquitto, where it is installed.
import {spawn, spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {type AddressInfo, connect, createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {onTestFinished} from 'vitest';

const MOSQUITTO = ['mosquitto', '/usr/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(
  path => spawnSync(path, ['-h']).error === undefined,
);
export const hasMosquitto = MOSQUITTO !== undefined;
if (!hasMosquitto) console.warn('NOT TESTED with MQTT 5: there is no mosquitto (apt-get install mosquitto)');

export interface Broker {
  url: string;
  /** Ends it and starts it again on its own data, as a broker that keeps sessions does. */
  restart(pauseMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps sessions and queued messages in a folder. */
export async function startMosquitto(folder: string, lines: readonly string[] = []): Promise<Broker> {
  const port = await freePort();
  const path = join(folder, 'mosquitto.conf');
  const config = [
    `listener ${port} 127.0.0.1`,
    lines.some(line => line.startsWith('allow_anonymous')) ? '' : 'allow_anonymous true',
    'persistence true',
    `persistence_location ${folder}/`,
    'max_queued_messages 0',
    'max_inflight_messages 0',
    'user root',
    ...lines,
  ];
  writeFileSync(path, `${config.join('\n')}\n`);
  const start = async () => {
    const child = spawn(MOSQUITTO!, ['-c', path], {stdio: 'ignore'});
    await answers(port);
    return child;
  };
  let child = await start();
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  onTestFinished(stop);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    stop,
    restart: async (pauseMs = 0) => {
      await stop();
      await wait(pauseMs);
      child = await start();
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answers(port: number): Promise<void> {
  for (let k = 0; k < 200; k++) {
    const isUp = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
    if (isUp) return;
    await wait(50);
  }
  throw new Error(`nothing answers on port ${port}`);
}

/** Waits until something holds; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(25);
}
