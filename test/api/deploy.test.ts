/** The container file, the systemd unit and the health check. Neither systemd nor a registry is at hand in a test. */
import {execFile} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {withoutDeadLinks} from '../../api/deploy/links.ts';
import {fishboneHere, servedPlant} from './plant.ts';

const path = (name: string) => fileURLToPath(new URL(`../../api/deploy/${name}`, import.meta.url));
const linesOf = (name: string) =>
  readFileSync(path(name), 'utf8')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'));

test('the health check ends with 0 for a ready server only', async () => {
  const {http} = await servedPlant({empty: true});
  const {port} = new URL(await http.listen({host: '127.0.0.1', port: 0}));
  const check = () =>
    new Promise<number>(resolve => {
      const env = {...process.env, FISHBONE_HEALTH_PORT: port};
      const child = execFile(process.execPath, [path('healthy.js')], {env}, () => resolve(child.exitCode ?? -1));
    });
  expect(await check()).toBe(0);
  http.traffic.isClosing = true;
  expect(await check()).toBe(1);
  await http.close();
  expect(await check()).toBe(1);
});

test('the container runs as nobody in particular, and its code is not its own', () => {
  const lines = linesOf('Containerfile');
  const last = lines.slice(lines.findLastIndex(line => line.startsWith('FROM ')));
  expect(lines.filter(line => line.startsWith('FROM '))).toEqual(['FROM node:20-slim AS build', 'FROM node:20-slim']);
  expect(last.find(line => line.startsWith('USER '))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  expect(last.find(line => line.startsWith('COPY '))).toContain('--chown=0:0');
  expect(last.find(line => line.startsWith('HEALTHCHECK'))).toContain('healthy.js');
  // Signals come to the server itself, not to a shell.
  for (const name of ['ENTRYPOINT', 'CMD']) expect(last.find(line => line.startsWith(name))).toMatch(/^\w+ \["/);
});

test('the unit starts what the command line knows, with nothing that it may do beyond its folder', async () => {
  const lines = linesOf('fishbone.service');
  const start = lines.find(line => line.startsWith('ExecStart='))!;
  const help = (await fishboneHere(['serve', '--help'])).out;
  for (const [flag] of start.matchAll(/--[\w-]+/g)) expect(help).toContain(flag);
  const set = [
    'DynamicUser=yes',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'PrivateTmp=yes',
    'UMask=0077',
  ];
  expect(lines).toEqual(expect.arrayContaining(set));
  expect(lines.some(line => /^MemoryMax=\d+G$/.test(line))).toBe(true);
});

test('texts of the archive link to nothing that is not in it; words, pictures and links elsewhere stay', () => {
  const isShipped = (name: string) => name === 'api/README.md' || name === 'LICENSE';
  const told = (text: string, folder = '.') => withoutDeadLinks(text, folder, isShipped);
  expect(told('[`test/`](test/README.md) and [api](api/README.md#x), [L](LICENSE)')).toBe(
    '`test/` and [api](api/README.md#x), [L](LICENSE)',
  );
  expect(told('[up](../LICENSE) [gone](../test/x.ts)', 'api')).toBe('[up](../LICENSE) gone');
  const elsewhere = '[a](https://a.example/b) [b](#b) ![p](no/picture.png) [l](/licences.md)';
  expect(told(elsewhere)).toBe(elsewhere);
  // The real ones: all that a link of theirs leads to is in the repository, so none is dead but those to what is not shipped.
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const ships = (name: string) => !name.startsWith('test') && existsSync(join(root, name));
  const folders = ['api', 'warehouse', 'ingest', 'inference', 'dashboards', 'notebooks'];
  const texts = folders.flatMap(folder =>
    readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
      .filter(name => name.endsWith('.md') && !/node_modules|dist/.test(name))
      .map(name => `${folder}/${name}`),
  );
  const dropped = ['README.md', ...texts].flatMap(name => {
    const text = readFileSync(join(root, name), 'utf8');
    const links = (of: string) => [...of.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const left = links(withoutDeadLinks(text, dirname(name), ships));
    return links(text).filter(target => !left.includes(target));
  });
  expect(dropped).toContain('test/README.md');
  expect(dropped.filter(target => !/(^|\/)test(\/|$)/.test(target))).toEqual([]);
});
