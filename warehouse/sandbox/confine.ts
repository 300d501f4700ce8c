/** A limit on the address space of this process: what the engine's own memory limit does not see is bounded by the system. */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

/**
 * From now on the process may take `mb` more than it has, and leaves no core behind.
 * @returns why there is no such limit; null when there is
 */
export function confine(mb: number): string | null {
  // Windows and macOS have no limit that would hold here; the engine's own and the clock remain.
  if (process.platform !== 'linux') return `there is no limit on address space on ${process.platform}`;
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const hasKb = Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1]);
    if (!Number.isFinite(hasKb)) return '/proc/self/status does not say the size of the process';
    const bytes = (hasKb + mb * 1000) * 1024;
    execFileSync('prlimit', ['--pid', String(process.pid), `--as=${bytes}:${bytes}`, '--core=0:0'], {
      env: {PATH: '/usr/bin:/bin:/usr/sbin:/sbin'},
      stdio: 'ignore',
    });
    return null;
  } catch (error) {
    return `prlimit (util-linux) cannot be used: ${(error as Error).message.split('\n')[0]}`;
  }
}
