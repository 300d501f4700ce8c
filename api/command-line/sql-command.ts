import {type Command, InvalidArgumentError, Option} from 'commander';
import {warehouseFolder} from '../config.ts';
import type {InputOf} from '../operations.ts';
import {ask} from './ask.ts';
import {queryText} from './print/query.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

type Params = NonNullable<InputOf<'query'>['params']>;

interface SqlOptions extends Common {
  param?: Params;
  fresh?: boolean;
  asOf?: number;
  limit?: number;
  format?: 'table' | 'json' | 'csv' | 'arrow';
}

export function sqlCommand(program: Command, terminal: Terminal): void {
  withCommon(program.command('sql'))
    .argument('<select>', 'one SELECT over the canonical tables')
    .description('answers one SELECT, in a process of its own that can read the data and nothing else')
    .option('--param <name=value>', 'the value of $name: JSON, or a text as it stands; may be repeated', collect)
    .option('--fresh', 'waits for a copy of the data as they are now')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .option('--limit <rows>', 'rows at most (default 100000)', wholeNumber)
    .addOption(new Option('--format <format>', 'of the answer').choices(['table', 'json', 'csv', 'arrow']))
    .action(async (sql: string, {warehouse, json, format, param: params, ...options}: SqlOptions) => {
      const question = {sql, params, ...options};
      if (format === 'csv' || format === 'arrow') {
        const input = {...question, form: format === 'csv' ? ('csv' as const) : ('arrows' as const)};
        const {body, asOf, notes} = await ask(warehouseFolder(warehouse), 'query.as', input, terminal.progress);
        for (const note of [`as of ${asOf}`, ...notes]) terminal.progress.say(note);
        process.stdout.write(Buffer.from(body, 'base64'));
        return;
      }
      await terminal.answer({warehouse, json: json || format === 'json'}, 'query', question, queryText);
    });
}

function collect(text: string, before: Params = {}): Params {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It has to be name=value.');
  return {...before, [name]: typed(value)};
}

/** 7, true, null and ["a","b"] are what they are in JSON; everything else is text, and "7" in quotes is, too. */
function typed(text: string): Params[string] {
  try {
    const value: unknown = JSON.parse(text);
    const isPlain = typeof value !== 'object' || value === null || Array.isArray(value);
    return isPlain ? (value as Params[string]) : text;
  } catch {
    return text;
  }
}
