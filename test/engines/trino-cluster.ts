/**
 * A Trino 435 of three processes on this machine: a coordinator and two workers, with its memory connector, since the jars of
 * the connectors for files could not be had. `FISHBONE_TRINO=1` makes a folder of the jars by Maven, once;
 * `FISHBONE_TRINO=FOLDER` names one. Wants Java 17.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';

const VERSION = '435';

export interface Cluster {
  url: string;
  /** Ends a worker at once, as a machine that loses its power. */
  killWorker(): void;
  stop(): void;
}

const MAIN = `public class Main {
  public static void main(String[] arguments) {
    new io.trino.server.Server().start("${VERSION}");
  }
}
`;

/** @returns null where there is none */
export async function startTrino(): Promise<Cluster | null> {
  const asked = process.env.FISHBONE_TRINO;
  if (!asked) return null;
  const jars = asked === '1' ? install(join(homedir(), '.cache', `fishbone-trino-${VERSION}`)) : asked;
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-trino-'));
  const ports = [await freePort(), await freePort(), await freePort()];
  writeFileSync(join(folder, 'Main.java'), MAIN);
  const nodes = ports.map((port, n) => startNode(jars, folder, {port, n, coordinator: ports[0]}));
  const url = `http://127.0.0.1:${ports[0]}`;
  const stop = () => {
    for (const node of nodes) node.kill('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  };
  try {
    await untilReady(url, nodes);
  } catch (error) {
    stop();
    throw error;
  }
  return {url, killWorker: () => nodes[2].kill('SIGKILL'), stop};
}

function startNode(
  jars: string,
  folder: string,
  {port, n, coordinator}: {port: number; n: number; coordinator: number},
): ChildProcess {
  const home = join(folder, `node-${n}`);
  mkdirSync(join(home, 'catalog'), {recursive: true});
  writeFileSync(join(home, 'catalog', 'memory.properties'), 'connector.name=memory\nmemory.max-data-per-node=400MB\n');
  const settings = {
    coordinator: n === 0,
    ...(n === 0 ? {'node-scheduler.include-coordinator': false} : {}),
    'http-server.http.port': port,
    'discovery.uri': `http://127.0.0.1:${coordinator}`,
    'node.internal-address': '127.0.0.1',
    'plugin.dir': join(jars, 'plugin'),
    'catalog.config-dir': join(home, 'catalog'),
    'query.max-memory-per-node': '300MB',
    'query.max-memory': '600MB',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(home, 'config.properties'), lines.join(''));
  const properties = {
    'jdk.attach.allowAttachSelf': true,
    'user.timezone': 'UTC',
    config: join(home, 'config.properties'),
    'node.environment': 'test',
    'node.id': `node-${n}`,
    'node.data-dir': home,
  };
  return spawn(
    'java',
    [
      '-Xmx1200m',
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
      '-cp',
      join(jars, 'server', '*'),
      join(folder, 'Main.java'),
    ],
    {stdio: 'ignore'},
  );
}

async function untilReady(url: string, nodes: readonly ChildProcess[]): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if (nodes.some(node => node.exitCode !== null)) throw new Error('a process of Trino ended while it was starting');
    const nodesOf = (text: string) => (text.match(/"recentRequests"/g) ?? []).length;
    const answer = await fetch(`${url}/v1/node`, {headers: {'X-Trino-User': 'test'}}).catch(() => null);
    const info = (await fetch(`${url}/v1/info`)
      .then(response => response.json())
      .catch(() => ({starting: true}))) as {starting: boolean};
    if (!info.starting && answer?.ok && nodesOf(await answer.text()) >= 2) return;
    await wait(500);
  }
  throw new Error('Trino did not start within two minutes');
}

/** Fetches the jars of the server and of one plugin, and says what Trino's own packaging would have said: what the plugin is. */
function install(folder: string): string {
  if (existsSync(join(folder, 'plugin', 'memory', 'services.jar'))) return folder;
  for (const [artifact, into] of [
    ['trino-main', join(folder, 'server')],
    ['trino-memory', join(folder, 'plugin', 'memory')],
  ]) {
    const project = join(folder, `pom-${artifact}`);
    mkdirSync(project, {recursive: true});
    writeFileSync(
      join(project, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>fishbone</groupId><artifactId>of-${artifact}</artifactId><version>1</version><dependencies><dependency>
<groupId>io.trino</groupId><artifactId>${artifact}</artifactId><version>${VERSION}</version></dependency></dependencies></project>`,
    );
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    execFileSync('mvn', ['-q', '-B', goal, '-DincludeScope=runtime', `-DoutputDirectory=${into}`], {cwd: project});
  }
  const services = join(folder, 'services', 'META-INF', 'services');
  mkdirSync(services, {recursive: true});
  writeFileSync(join(services, 'io.trino.spi.Plugin'), 'io.trino.plugin.memory.MemoryPlugin\n');
  execFileSync('jar', ['cf', join(folder, 'plugin', 'memory', 'services.jar'), 'META-INF'], {
    cwd: join(folder, 'services'),
  });
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}
