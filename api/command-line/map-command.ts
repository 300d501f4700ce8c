import {writeFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {createInterface} from 'node:readline/promises';
import {type Command, InvalidArgumentError} from 'commander';
import {warehouseFolder} from '../config.ts';
import type {OutputOf} from '../operations.ts';
import {ask} from './ask.ts';
import {mappedText, questionText} from './print/map.ts';
import {type Common, type Terminal, withCommon} from './terminal.ts';

type Answers = Record<string, string>;
type Options = Common & {out?: string; answer?: Answers; timeZone?: string};

export function mapCommand(program: Command, terminal: Terminal): void {
  withCommon(program.command('map'))
    .argument('<file>', 'CSV, XLSX, JSON, NDJSON, Parquet or Arrow with any columns')
    .description('proposes a mapping, says what speaks for each line, asks what nothing settles, and tries it')
    .option('--out <file>', 'where the mapping is written (default: to stdout)')
    .option('--answer <key=answer>', 'to what was asked, such as time.day-first=yes; one each', anAnswer)
    .option('--time-zone <zone>', 'of times without an offset, such as Europe/Berlin')
    .action(async (file: string, {warehouse, json, out, answer = {}, timeZone}: Options) => {
      const mapped = await askUntilClear(file, {warehouse, json, timeZone}, answer, terminal);
      if (out !== undefined && mapped.mapping !== null) await writeFile(out, mapped.mapping);
      if (json) terminal.print(true, mapped, () => '');
      else {
        if (out === undefined && mapped.mapping !== null) process.stdout.write(mapped.mapping);
        // The mapping alone goes to stdout, so that it can be sent on into a file.
        (out === undefined ? process.stderr : process.stdout).write(mappedText(mapped, file, out));
      }
      if (mapped.dryRun) terminal.judge([mapped.dryRun]);
      else terminal.exitCode = 1;
    });
}

/** On a terminal whoever sits there is asked; elsewhere the questions are the answer. */
async function askUntilClear(
  file: string,
  options: Common & {timeZone?: string},
  answers: Answers,
  terminal: Terminal,
) {
  const {warehouse, json, timeZone} = options;
  const path = resolve(file);
  const map = (given: Answers): Promise<OutputOf<'map'>> =>
    ask(warehouseFolder(warehouse), 'map', {path, answers: given, timeZone}, terminal.progress);
  let mapped = await map(answers);
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return mapped;
  const person = createInterface({input: process.stdin, output: process.stderr});
  try {
    const given = {...answers};
    while (mapped.questions.length > 0 && mapped.refused.length === 0) {
      for (const question of mapped.questions) {
        process.stderr.write(questionText(question));
        const answer = (await person.question('> ')).trim();
        if (answer === '') return mapped;
        given[question.key] = answer;
      }
      mapped = await map(given);
    }
    return mapped;
  } finally {
    person.close();
  }
}

function anAnswer(text: string, before: Answers = {}): Answers {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('It has to be KEY=ANSWER, such as time.day-first=yes.');
  return {...before, [text.slice(0, at)]: text.slice(at + 1)};
}
