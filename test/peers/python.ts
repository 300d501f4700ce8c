// A real Python with what data scientists use, for tests of the client and of the docs. It is never installed without being asked for:
//   FISHBONE_PYTHON=1          makes a virtual environment under the system's temporary folder, from PyPI, and keeps it there
//   FISHBONE_PYTHON=/a/python  uses that interpreter, with whatever packages it has
// Without the variable, what an earlier run has kept is used.
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdtemp, rename} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Where `fishbone.py` is. */
export const CLIENT = fileURLToPath(new URL('../../notebooks/python/', import.meta.url));

/** The newest that were tried together. DuckDB's extension comes as a package where its own host is out of reach. */
const PACKAGES = [
  'pyarrow==26.0.1',
  'polars==2.1.0',
  'pandas==3.1.1',
  'duckdb==1.5.5',
  'duckdb-extension-httpfs==1.5.5',
  'ipykernel==7.4.0',
  'nbformat==5.11.1',
  'nbclient==0.11.0',
  'mypy==2.4.1',
  'pandas-stubs==3.1.0.261029',
];
// Other versions, another environment.
const KEPT = join(
  tmpdir(),
  `fishbone-python-${createHash('sha256').update(PACKAGES.join()).digest('hex').slice(0, 8)}`,
);

export interface Python {
  /** Runs a program with the client at hand. @throws with what it wrote to stderr where it fails */
  run(args: readonly string[], env?: Record<string, string>): Promise<string>;
  /** Which of these can be imported. */
  has(...modules: string[]): Promise<boolean>;
}

/** @returns an interpreter that has pyarrow at least, or why there is none */
export async function findPython(): Promise<Python | {missing: string}> {
  const wish = process.env.FISHBONE_PYTHON ?? '';
  const isOurs = wish === '' || wish === '1';
  const bin = isOurs ? join(KEPT, 'bin', 'python') : wish;
  if (wish === '1' && !existsSync(bin)) await install();
  const python: Python = {
    run: async (args, env = {}) => {
      const all = {...process.env, PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: '1', ...env};
      const {stdout} = await run(bin, [...args], {env: all, maxBuffer: 50_000_000});
      return stdout;
    },
    has: async (...modules) =>
      python.run(['-c', `import ${modules.join(', ')}`]).then(
        () => true,
        () => false,
      ),
  };
  if (await python.has('pyarrow')) return python;
  return {missing: `no pyarrow in ${bin}; FISHBONE_PYTHON=1 installs it, FISHBONE_PYTHON=<python> names another`};
}

async function install(): Promise<void> {
  console.log('making a Python environment, once: this takes about a minute');
  const home = dirname(KEPT);
  const making = await mkdtemp(join(home, 'fishbone-python-making-'));
  await run('python3', ['-m', 'venv', making]);
  await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
  // Whole or not at all. Programs in bin/ keep the old path and are not used; the interpreter does not mind.
  await rename(making, KEPT);
}
