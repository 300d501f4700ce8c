// Runs an unpacked archive in a network namespace that has no way out. Usage: node try-inside.js FOLDER
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {lookup} from 'node:dns/promises';
import {readdirSync, statSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';

const [folder] = process.argv.slice(2);
const fishbone = join(folder, 'fishbone');
const warehouse = join(folder, '..', 'W');

const timed = async (what, work) => {
  const begunMs = Date.now();
  const said = await work();
  console.log(`${what}: ${((Date.now() - begunMs) / 1000).toFixed(1)} s${said ? `, ${said}` : ''}`);
};

assert.deepEqual(Object.keys(networkInterfaces()), ['lo']);
await assert.rejects(lookup('example.org'));
const builds = () =>
  ['dashboards', 'notebooks'].flatMap(place => {
    const dist = join(folder, place, 'dist');
    return readdirSync(dist).map(name => `${place} ${name} ${statSync(join(dist, name)).mtimeMs}`);
  });
const before = builds();

await timed('demo', () => {
  const out = execFileSync(fishbone, ['demo', '--no-serve', '--json', '--warehouse', warehouse], {maxBuffer: 1e9});
  const [first] = JSON.parse(out).findings;
  assert.equal(first.verdict, 'supported');
  return first.sentence;
});

await timed('serve and look', async () => {
  const server = spawn(fishbone, ['serve', '--port', '0', '--json', '--warehouse', warehouse], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => server.once('exit', resolve));
  const line = await new Promise((resolve, reject) => {
    server.stdout.once('data', data => resolve(String(data)));
    server.once('exit', code => reject(new Error(`serve ended with ${code}`)));
  });
  const {address} = JSON.parse(line);
  const get = async path => {
    const response = await fetch(new URL(path, address));
    assert.equal(response.status, 200, path);
    return response.text();
  };
  let pages = 0;
  for (const path of ['/', '/investigate', '/notebooks/', '/docs']) {
    const page = await get(path);
    const base = new URL(path, address);
    for (const [, link] of page.matchAll(/(?:src|href)="([^"#]+\.(?:js|css|svg|woff2))"/g)) {
      const asset = new URL(link, base);
      assert.equal(asset.origin, base.origin, link);
      await get(asset);
      pages++;
    }
    pages++;
  }
  assert.ok(JSON.parse(await get('/v1/pareto')).bars.length > 0);
  assert.match(await get('/readyz'), /^ready/);
  server.kill('SIGTERM');
  assert.equal(await ended, 0);
  return `${pages} pages and their files`;
});

assert.deepEqual(builds(), before, 'nothing was built anew');
console.log('all of it without a network');
