/**
 * A Trino of three processes on this machine: a coordinator and two workers, with a catalog
 * `lake`: its Hive connector over Parquet, with a metastore of files. `FISHBONE_TRINO=1` makes a folder of the jars by Maven, once;
 * `FISHBONE_TRINO=FOLDER` names one. Wants Java 25: JAVA_HOME says where it is.
 */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {TrinoClient} from '../../warehouse/engines/trino-client.ts';

const VERSION = '483';

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

/**
 * @param files what it may read, with everything below: its catalog `lake` knows a path as `local://` and the rest of it
 * @returns null where there is none
 */
export async function startTrino(files: string): Promise<Cluster | null> {
  const asked = process.env.FISHBONE_TRINO;
  if (!asked) return null;
  const jars = asked === '1' ? install(join(homedir(), '.cache', `fishbone-trino-${VERSION}`)) : asked;
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-trino-'));
  const ports = [await freePort(), await freePort(), await freePort()];
  writeFileSync(join(folder, 'Main.java'), MAIN);
  const nodes = ports.map((port, n) => startNode(jars, folder, files, {port, n, coordinator: ports[0]}));
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

/** Parquet of a folder, by way of a metastore in that folder; what an operator has to allow is told in warehouse/engines/README.md. */
const LAKE = {
  'connector.name': 'hive',
  'hive.metastore': 'file',
  'hive.metastore.catalog.dir': 'local:///metastore',
  'hive.metastore.disable-location-checks': true,
  'hive.allow-register-partition-procedure': true,
  'hive.timestamp-precision': 'MICROSECONDS',
  'fs.native-local.enabled': true,
};

function startNode(
  jars: string,
  folder: string,
  files: string,
  {port, n, coordinator}: {port: number; n: number; coordinator: number},
): ChildProcess {
  const home = join(folder, `node-${n}`);
  mkdirSync(join(home, 'catalog'), {recursive: true});
  write(join(home, 'catalog', 'lake.properties'), {...LAKE, 'local.location': files});
  write(join(home, 'config.properties'), {
    coordinator: n === 0,
    ...(n === 0 ? {'node-scheduler.include-coordinator': false} : {}),
    'http-server.http.port': port,
    'discovery.uri': `http://127.0.0.1:${coordinator}`,
    'node.internal-address': '127.0.0.1',
    'plugin.dir': join(jars, 'plugin'),
    'catalog.config-dir': join(home, 'catalog'),
    'query.max-memory-per-node': '300MB',
    'query.max-memory': '600MB',
    // A worker that is gone is told by then, and not after minutes.
    'query.remote-task.max-error-duration': '20s',
    'exchange.max-error-duration': '20s',
  });
  const properties = {
    'jdk.attach.allowAttachSelf': true,
    'user.timezone': 'UTC',
    config: join(home, 'config.properties'),
    'node.environment': 'test',
    'node.id': `node-${n}`,
    'node.data-dir': home,
    'log.path': join(home, 'log'),
  };
  return spawn(
    process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java',
    [
      '-Xmx1200m',
      '--add-modules=jdk.incubator.vector',
      '--sun-misc-unsafe-memory-access=allow',
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
      '-cp',
      join(jars, 'server', '*'),
      join(folder, 'Main.java'),
    ],
    {stdio: 'ignore'},
  );
}

const write = (path: string, settings: Record<string, string | number | boolean>) =>
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

/** Until the coordinator answers and knows both workers. */
async function untilReady(url: string, nodes: readonly ChildProcess[]): Promise<void> {
  const client = new TrinoClient({url, catalog: 'system', schema: 'runtime'});
  const until = Date.now() + 300_000;
  while (Date.now() < until) {
    if (nodes.some(node => node.exitCode !== null)) throw new Error('a process of Trino ended while it was starting');
    const counted = await client
      .run(`select count(*) from nodes where not coordinator and state = 'active'`)
      .catch(() => null);
    if (Number(counted?.rows[0][0]) === 2) return;
    await wait(500);
  }
  throw new Error('Trino did not start within five minutes');
}

/** Fetches the jars of the server and of one plugin, and says what Trino's own packaging would have said: what the plugin is. */
function install(folder: string): string {
  if (existsSync(join(folder, 'plugin', 'hive', 'services.jar'))) return folder;
  for (const [artifact, into] of [
    ['trino-main', join(folder, 'server')],
    ['trino-hive', join(folder, 'plugin', 'hive')],
  ]) {
    const project = join(folder, `pom-${artifact}`);
    mkdirSync(project, {recursive: true});
    // Versions of what it needs are the ones that Trino was built with.
    writeFileSync(
      join(project, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>fishbone</groupId><artifactId>of-${artifact}</artifactId><version>1</version><dependencyManagement><dependencies><dependency>
<groupId>io.trino</groupId><artifactId>trino-root</artifactId><version>${VERSION}</version><type>pom</type><scope>import</scope>
</dependency></dependencies></dependencyManagement><dependencies><dependency>
<groupId>io.trino</groupId><artifactId>${artifact}</artifactId><version>${VERSION}</version></dependency></dependencies></project>`,
    );
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    execFileSync('mvn', ['-q', '-B', goal, '-DincludeScope=runtime', `-DoutputDirectory=${into}`], {cwd: project});
  }
  const services = join(folder, 'services', 'META-INF', 'services');
  mkdirSync(services, {recursive: true});
  writeFileSync(join(services, 'io.trino.spi.Plugin'), 'io.trino.plugin.hive.HivePlugin\n');
  execFileSync('jar', ['cf', join(folder, 'plugin', 'hive', 'services.jar'), 'META-INF'], {
    cwd: join(folder, 'services'),
  });
  return folder;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address() as {port: number};
      server.close(() => resolve(port));
    });
  });
}
