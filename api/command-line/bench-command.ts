import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {fileURLToPath} from 'node:url';
import {type Command, InvalidArgumentError, Option} from 'commander';
import {FishboneError} from '../errors.ts';
import type {Common, Terminal} from './terminal.ts';

const PROGRAM = fileURLToPath(new URL('../../test/bench/warehouse.ts', import.meta.url));
const METHODS = fileURLToPath(new URL('../../test/bench/methods.ts', import.meta.url));
const WHAT = ['ingest', 'small', 'startup', 'latency', 'bosch', 'all', 'methods'];

type Asked = Pick<Common, 'json' | 'warehouse'> & {what: string; scale: number; plants: number};

/** The benchmarks of the checkout, on the machine at hand, with warehouses of their own. */
export function benchCommand(program: Command, terminal: Terminal): void {
  program
    .command('bench')
    .description(
      'measures this machine: loading, small batches, start-up, queries during a load, as ratios to plain DuckDB; ' +
        'or methods: your screening methods beside ours, on plants whose cause is known',
    )
    .addOption(new Option('--what <bench>', 'which benchmark').choices(WHAT).default('ingest'))
    .option('--scale <n>', 'larger or smaller files', scale, 1)
    .option('--plants <n>', 'methods: invented plants of each kind', plants, 30)
    .option('--warehouse <folder>', 'methods: whose fishbone.json names them (or FISHBONE_WAREHOUSE)')
    .option('--json', 'the tables as JSON on stdout')
    .action(async ({what, scale: size, plants: count, warehouse, json}: Asked) => {
      if (!existsSync(PROGRAM)) {
        throw new FishboneError('USAGE', 'the benchmarks are not installed here', {hint: 'run them in a checkout'});
      }
      const ownFlags =
        what === 'methods'
          ? [METHODS, '--plants', String(count), ...(warehouse === undefined ? [] : ['--folder', warehouse])]
          : [PROGRAM, what, '--scale', String(size)];
      const flags = [...ownFlags, ...(json ? ['--json'] : [])];
      const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), ...flags], {
        stdio: 'inherit',
        env: {FISHBONE_BENCH: tmpdir(), ...process.env},
      });
      const [code] = (await once(child, 'exit')) as [number | null];
      terminal.exitCode = code === 0 ? 0 : 1;
    });
}

function scale(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It has to be a number above 0.');
  return value;
}

function plants(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1))
    throw new InvalidArgumentError('It has to be a whole number, 1 or more.');
  return value;
}
