/** Does with an archive what a plant does, on a machine that reaches no other: unpack, demo, serve, look at the pages. */
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const INSIDE = fileURLToPath(new URL('try-inside.js', import.meta.url));

export async function tryBundle(archive: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-try-'));
  try {
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
    const [name] = readdirSync(folder);
    // A network of its own, with nothing in it but itself.
    const script = 'ip link set lo up && exec "$0" "$@"';
    const {status} = spawnSync(
      'unshare',
      ['--user', '--map-root-user', '--net', 'sh', '-c', script, process.execPath, INSIDE, join(folder, name)],
      {stdio: 'inherit', env: {PATH: process.env.PATH, HOME: folder, TMPDIR: folder}},
    );
    if (status !== 0) process.exitCode = 1;
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
