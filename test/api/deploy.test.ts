/** The container file, the systemd unit and the health check. No registry is at hand in a test, and systemd not everywhere. */
import {execFile, execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {FILES, FOLDERS, LAUNCHER} from '../../api/deploy/contents.ts';
import {withoutDeadLinks} from '../../api/deploy/links.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where an archive is unpacked to, by both. */
const PLACE = '/opt/fishbone';
const told = spawnSync('systemd-analyze', ['--version'], {encoding: 'utf8'}).stdout ?? '';
const hasSystemd = Number(/^systemd (\d+)/.exec(told)?.[1] ?? 0) >= 250;
if (!hasSystemd) console.warn('NOT TESTED: whether systemd takes the unit, because there is no systemd-analyze 250');

/** As an archive is unpacked, with the sources of this checkout. */
function unpacked(): string {
  const folder = join(temporaryFolder(), 'fishbone');
  mkdirSync(folder);
  for (const name of [...FOLDERS, ...FILES, 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
  writeFileSync(join(folder, 'fishbone'), LAUNCHER, {mode: 0o755});
  return folder;
}

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
  expect(lines.filter(line => line.startsWith('FROM '))).toEqual(['FROM node:24-slim AS build', 'FROM node:24-slim']);
  expect(last.find(line => line.startsWith('USER '))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  expect(last.find(line => line.startsWith('COPY '))).toContain('--chown=0:0');
  expect(last.find(line => line.startsWith('HEALTHCHECK'))).toContain('healthy.js');
  // Signals come to the server itself, not to a shell.
  for (const name of ['ENTRYPOINT', 'CMD']) expect(last.find(line => line.startsWith(name))).toMatch(/^\w+ \["/);
});

test('the container is made of what an archive is made of, and no more; what it starts is in it', () => {
  const lines = linesOf('Containerfile').map(line => line.replaceAll(/\s+/g, ' '));
  const copied = lines
    .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap(line => line.split(' ').slice(1, -1));
  // How packages are installed is for the build alone.
  expect([...copied].sort()).toEqual([...FOLDERS, ...FILES, '.npmrc'].sort());
  for (const name of copied) expect([name, existsSync(join(ROOT, name))]).toEqual([name, true]);
  const folder = unpacked();
  const started = lines.filter(line => /^(ENTRYPOINT|HEALTHCHECK) /.test(line)).join(' ');
  const paths = [...started.matchAll(/"(\/[^"]+)"/g)].map(([, path]) => path);
  expect(paths).toHaveLength(2);
  for (const path of paths) {
    expect(path.startsWith(`${PLACE}/`)).toBe(true);
    expect([path, existsSync(join(folder, path.slice(PLACE.length)))]).toEqual([path, true]);
  }
  const {scripts} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {scripts: Record<string, string>};
  for (const [, script] of lines.join(' ').matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty(script);
});

test('what is unpacked starts from anywhere, also by a link to it', () => {
  const folder = unpacked();
  const link = join(temporaryFolder(), 'linked');
  symlinkSync(join(folder, 'fishbone'), link);
  for (const command of [join(folder, 'fishbone'), link])
    expect(execFileSync(command, ['serve', '--help'], {cwd: '/', encoding: 'utf8'})).toContain('--host');
});

test.skipIf(!hasSystemd)('systemd takes the unit without a word, and finds it closed enough', () => {
  const folder = unpacked();
  const unit = join(temporaryFolder(), 'fishbone.service');
  writeFileSync(unit, readFileSync(path('fishbone.service'), 'utf8').replaceAll(PLACE, folder));
  const verified = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', unit], {encoding: 'utf8'});
  expect([verified.status, verified.stdout, verified.stderr]).toEqual([0, '', '']);
  // In tenths: 0 is closed, 100 is open.
  const options = ['security', '--offline=true', '--threshold=15', '--no-pager', unit];
  const rated = spawnSync('systemd-analyze', options, {encoding: 'utf8'});
  expect([rated.status, rated.stdout.match(/^. Overall exposure.*$/m)?.[0]]).toEqual([0, expect.any(String)]);
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
  // What it may write to is its warehouse, and a place for backups beside it: a backup is not made within the warehouse.
  expect(lines).toContain('StateDirectory=fishbone fishbone-backups');
  expect(lines.some(line => /^MemoryMax=\d+G$/.test(line))).toBe(true);
});

test('the commands that the unit tells of are there, and run with the same user and folders', async () => {
  const lines = linesOf('fishbone.service');
  const told = readFileSync(path('fishbone.service'), 'utf8').replaceAll('\\\n# ', '');
  const commands = [...told.matchAll(/^# .*\/opt\/fishbone\/fishbone (.*)$/gm)].map(([, command]) => command);
  expect(commands.map(command => command.split(' ')[0])).toEqual(['key', 'backup', 'verify']);
  for (const command of commands) {
    const words = command.split(' ').filter((word, k) => k < 2 && /^[a-z]+$/.test(word));
    const {code, out} = await fishboneHere([...words, '--help']);
    expect([command, code]).toEqual([command, 0]);
    for (const [flag] of command.matchAll(/--[a-z-]+/g)) expect(out).toContain(flag);
  }
  const set = [...told.matchAll(/ -p (?:"([^"]+)"|(\S+))/g)].map(([, quoted, bare]) => quoted ?? bare);
  expect(set).toHaveLength(5);
  expect(lines).toEqual(expect.arrayContaining(set));
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
