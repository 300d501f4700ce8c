import {type Command, InvalidArgumentError} from 'commander';
import type {Receipt} from '../../warehouse/data-answers.ts';
import {readConfig, warehouseFolder} from '../config.ts';
import {isUnusable} from '../load-files.ts';
import type {InputOf, OperationName, OutputOf} from '../operations.ts';
import {ask} from './ask.ts';
import {type Clock, clockOf} from './print/layout.ts';
import {type Progress, progressOn} from './progress.ts';

/** What every command takes. */
export interface Common {
  warehouse?: string;
  json?: boolean;
}

/** 0 done · 1 failed · 2 wrong usage · 3 done, with rejected rows · 4 integrity failure */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** One command at work: results go to stdout, as JSON or for people; everything else goes to stderr. */
export class Terminal {
  exitCode: ExitCode = 0;
  readonly progress: Progress = progressOn(process.stderr);

  /** Asks one thing and prints the answer. @returns it */
  async answer<N extends OperationName>(
    {warehouse, json}: Common,
    name: N,
    input: InputOf<N>,
    text: (output: OutputOf<N>, clock: Clock) => string,
  ): Promise<OutputOf<N>> {
    const output = await ask(warehouseFolder(warehouse), name, input, this.progress);
    const clock = await this.clock(warehouse);
    this.print(json, output, answer => text(answer, clock));
    return output;
  }

  /** The plant's, for what people read; JSON stays UTC. */
  async clock(warehouse?: string): Promise<Clock> {
    // Whoever needs the configuration says what is wrong with it.
    const timeZone = await readConfig(warehouseFolder(warehouse)).then(
      config => config.timeZone,
      () => 'UTC',
    );
    return clockOf(timeZone);
  }

  /** The same, for answers that decide nothing about the exit code. */
  async tell<N extends OperationName>(
    common: Common,
    name: N,
    input: InputOf<N>,
    text: (output: OutputOf<N>, clock: Clock) => string,
  ): Promise<void> {
    await this.answer(common, name, input, text);
  }

  print<T>(json: boolean | undefined, output: T, text: (output: T) => string): void {
    process.stdout.write(json ? `${JSON.stringify(output)}\n` : text(output));
  }

  /** A file that could not be used fails the command; rejected rows do not. */
  judge(receipts: readonly Receipt[]): void {
    const unusable = receipts.filter(isUnusable);
    const rejected = receipts.some(({tables}) => tables.some(table => table.rejected > 0));
    // A mapping that is wrong is wrong for every file.
    for (const notice of new Set(unusable.flatMap(({notices}) => notices))) this.progress.say(`fishbone: ${notice}`);
    this.exitCode = unusable.length > 0 ? 1 : rejected ? 3 : 0;
  }
}

/** Adds what every command takes. */
export function withCommon(command: Command): Command {
  return command
    .option('--warehouse <folder>', 'the warehouse (or FISHBONE_WAREHOUSE; default ./warehouse-data)')
    .option('--json', 'the answer as JSON on stdout');
}

/** Adds what every command takes that reads about parts. */
export function withScope(command: Command): Command {
  return withCommon(command)
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .option('--product <product>', 'parts of this product only')
    .option('--from <time>', "from this time of the part's first valid inspection on; without an offset it is in UTC")
    .option('--to <time>', 'before this time, likewise')
    .option('--where <expression>', "filter, such as: bore.tool = 'T7' and bore.torque >= 4.2");
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It has to be a number, 0 or more.');
  return value;
}

export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It has to be a number.');
  return value;
}

/** Names with commas between them. */
export const nameList = (text: string): string[] => text.split(',').map(name => name.trim());
