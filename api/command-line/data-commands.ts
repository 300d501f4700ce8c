import {resolve} from 'node:path';
import type {Command} from 'commander';
import {type Expanded, expandPaths} from '../../ingest/expand-paths.ts';
import type {LoadOptions} from '../load-files.ts';
import {isMappingName} from '../named-mappings.ts';
import type {OutputOf} from '../operations.ts';
import {paragraphs} from './print/layout.ts';
import {inferText, ingestedText, receiptsText, unresolvedText} from './print/records.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

/** More files than this that are left out for one reason are counted, not named. */
const NAMED = 3;

interface InferFlags {
  model: string;
  fileNames?: string;
  sidecar?: string;
  keep: boolean;
}

export function dataCommands(program: Command, terminal: Terminal): void {
  withHowToRead(withCommon(program.command('ingest')))
    .argument('<path...>', 'files and folders')
    .description(
      'takes files in: canonical tables as CSV, TSV, XLSX, JSON, Parquet, Arrow; Q-DAS DFQ, IPC-CFX, B2MML; anything else by a mapping',
    )
    .option('--dry-run', 'says what would happen, changes nothing')
    .action(async (paths: string[], {warehouse, json, ...options}: Common & LoadOptions) => {
      // Looked into here and not where the work is done: a server would tell its own console what is left out.
      const {files, skipped} = await expandPaths(absolute(paths));
      for (const sentence of leftOut(skipped)) terminal.progress.say(sentence);
      if (files.length === 0) {
        const nothing = `Nothing to take in: no file with tables is in ${paths.join(', ')}.\n`;
        return terminal.print(json, [], () => nothing);
      }
      const input = {paths: files, ...withAbsoluteMapping(options)};
      const text = (receipts: OutputOf<'ingest'>) =>
        paragraphs(receiptsText(receipts), ingestedText(receipts, skipped.length));
      terminal.judge(await terminal.answer({warehouse, json}, 'ingest', input, text));
    });

  withCommon(program.command('infer'))
    .argument('<image...>', "images, folders of images, and patterns such as 'line-4/**/*.png'")
    .requiredOption('--model <name>', 'a model of the warehouse or of Fishbone by its name, or the path of its folder')
    .option('--file-names <pattern>', 'what the names of the images say (default: {part}_{step}_{at}_{station})')
    .option(
      '--sidecar <how>',
      'json: image.png.json beside each says it; or the path of a CSV list image,part,step,station,at',
    )
    .option('--no-keep', 'the images are not kept in the warehouse, only their digests')
    .description('images become inspections and defects, which are ingested')
    .action(async (paths: string[], {warehouse, json, model, sidecar, ...how}: Common & InferFlags) => {
      const isName = !/[\\/]/.test(model);
      const input = {
        paths: absolute(paths),
        model: isName ? model : resolve(model),
        sidecar: sidecar === undefined || sidecar === 'json' ? sidecar : resolve(sidecar),
        ...how,
      };
      const answer = await terminal.answer({warehouse, json}, 'infer', input, inferText);
      terminal.judge(answer.receipts);
      if (answer.failed > 0 && terminal.exitCode === 0) terminal.exitCode = answer.images > 0 ? 3 : 1;
    });

  withCommon(program.command('unresolved'))
    .description('what rows refer to and nobody described yet, by file; ids that differ only by case or white space')
    .option('--table <table>', 'of this table alone')
    .option('--as-of <batch>', 'as it was after this batch', wholeNumber)
    .action(({warehouse, json, table, asOf}: Common & {table?: string; asOf?: number}) =>
      terminal.tell({warehouse, json}, 'unresolved', {table, asOf}, unresolvedText),
    );
}

export function withHowToRead(command: Command): Command {
  return command
    .option('--table <table>', "the canonical table (default: the file's name)")
    .option('--wide', 'measurements with one column a parameter')
    .option(
      '--mapping <file>',
      "how the columns become canonical tables: a path, or the name of one in the warehouse's mappings/",
    )
    .option('--encoding <name>', 'of delimited text that is not UTF-8, such as windows-1252')
    .option('--sheet <name>', 'the sheet of a workbook that is meant')
    .option('--time-zone <zone>', 'of times without an offset, such as Europe/Berlin');
}

/** One sentence a file, and one for many that are left out for the same reason. */
function leftOut(skipped: Expanded['skipped']): string[] {
  const byReason = new Map<string, string[]>();
  for (const {path, reason} of skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), path]);
  return [...byReason].flatMap(([reason, paths]) =>
    paths.length > NAMED
      ? `${paths[0]} and ${paths.length - 1} others are left out: ${reason}`
      : paths.map(path => `${path} is left out: ${reason}`),
  );
}

/** A server that does the work has another working folder. */
function absolute(paths: readonly string[]): string[] {
  return paths.map(path => resolve(path));
}

export function withAbsoluteMapping(options: LoadOptions): LoadOptions {
  const {mapping} = options;
  return mapping === undefined || isMappingName(mapping) ? options : {...options, mapping: resolve(mapping)};
}
