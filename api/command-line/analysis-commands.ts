import {readFile} from 'node:fs/promises';
import {type Command, Option} from 'commander';
import type {ContainQuestion, ItemKind, ScreenQuestion} from '../../warehouse/answers.ts';
import {BoundaryName} from '../../warehouse/boundary-answers.ts';
import type {ParetoQuestion, YieldQuestion} from '../../warehouse/pareto-answers.ts';
import {FishboneError} from '../errors.ts';
import {splitList} from '../query-string.ts';
import {findText, screenText, traceText} from './print/analysis.ts';
import {containText} from './print/contain.ts';
import {paretoText, yieldText} from './print/pareto.ts';
import {type Common, positiveNumber, type Terminal, wholeNumber, withCommon, withScope} from './terminal.ts';

type ContainOptions = Omit<ContainQuestion, 'target' | 'parts' | 'lots' | 'sql'> & {query?: string; partsFile?: string};

/** @throws FishboneError FILE_UNUSABLE */
async function idsOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new FishboneError('FILE_UNUSABLE', `${path} cannot be read: ${cause.message}`, {cause});
  });
  const ids = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter(line => line.trim() !== '');
  if (ids.length === 0) throw new FishboneError('FILE_UNUSABLE', `${path} has no id: write one a line`);
  return ids;
}

export function analysisCommands(program: Command, terminal: Terminal): void {
  withScope(program.command('screen'))
    .description('ranks what could be the cause')
    .option('--defect <code>', 'the outcome: this defect')
    .option('--any-fail', 'the outcome: any failed inspection (the default)')
    .option('--measurement <parameter>', 'the outcome: the value of a parameter')
    .option('--cluster <unit>', 'what shares its fate: lot or part')
    .option('--strata <factors>', 'compare within these, with commas', splitList)
    .option('--given <finding>', 'what remains once this finding, or filter, is held fixed')
    .option('--against <expression>', 'compare with these parts only')
    .option('--top <k>', 'the first k findings', wholeNumber)
    .action(({warehouse, json, ...question}: Common & ScreenQuestion) =>
      terminal.tell({warehouse, json}, 'screen', question, screenText),
    );

  withScope(program.command('pareto'))
    .description('which defects, products, stations, ... weigh most')
    .option('--by <factor>', 'defect, product, station or any factor')
    .option('--defect <code>', 'count this defect, or group of defects, only')
    .option('--weight <weight>', 'count, ppm, severity or cost')
    .option('--top <k>', 'the first k bars, the rest as other', wholeNumber)
    .option('--against <expression>', 'compare with these parts; without --where, everything else with them')
    .option('--against-from <time>', 'compare with the period from this time on')
    .option('--against-to <time>', 'compare with the period before this time; without --from, what comes after it')
    .action(({warehouse, json, ...question}: Common & ParetoQuestion) =>
      terminal.tell({warehouse, json}, 'pareto', question, paretoText),
    );

  withScope(program.command('yield'))
    .description('first-pass and rolled-throughput yield, DPU, DPMO')
    .option('--step <step>', 'of this step')
    .option('--by <factor>', 'for each level of a factor, or each step')
    .option('--sigma-shift <z>', 'add this to the sigma level: 1.5 is the convention of Six Sigma', positiveNumber)
    .action(({warehouse, json, ...question}: Common & YieldQuestion) =>
      terminal.tell({warehouse, json}, 'yield', question, yieldText),
    );

  withCommon(program.command('find'))
    .argument('<text>', 'how the id begins')
    .description('parts, lots and work orders whose id begins like this')
    .option('--top <k>', 'so many at most', wholeNumber)
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .action((text: string, {warehouse, json, ...rest}: Common & {top?: number; asOf?: number}) =>
      terminal.tell({warehouse, json}, 'find', {text, ...rest}, findText),
    );

  withCommon(program.command('trace'))
    .argument('<id>', 'a part, a lot or a work order')
    .description('where it came from, where it went, what happened to it')
    .option('--kind <kind>', 'part, lot or work_order, if the id alone does not say')
    .option('--forward', 'only what it went into')
    .option('--backward', 'only what it was made from')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .action((id: string, {warehouse, json, ...rest}: Common & {kind?: ItemKind; asOf?: number}) =>
      terminal.tell({warehouse, json}, 'trace', {id, ...rest}, traceText),
    );

  withScope(program.command('contain'))
    .argument('[target]', 'a finding, a lot or a filter expression')
    .description('the suspect population: lots and parts, where they are now, and where the line may be drawn')
    .option('--processed-from <time>', 'processed (at the step of the filter, else made) from this time on')
    .option('--processed-to <time>', 'processed before this time')
    .addOption(
      new Option('--boundary <name>', 'the parts within this boundary, not only the exposed ones').choices(
        BoundaryName.options,
      ),
    )
    .option('--parts-file <path>', 'a list of parts, one id a line, in the place of a target')
    .option('--query <select>', 'the parts (column part) and lots (column lot) of one SELECT, likewise')
    .action(async (target: string | undefined, options: Common & ContainOptions) => {
      const {warehouse, json, query, partsFile, ...scope} = options;
      if ([target, query, partsFile].filter(given => given !== undefined).length > 1)
        throw new FishboneError('USAGE', 'give one of these: a target, --parts-file or --query');
      if (query !== undefined) {
        return terminal.tell({warehouse, json}, 'contain.query', {sql: query, ...scope}, containText);
      }
      const parts = partsFile === undefined ? undefined : await idsOf(partsFile);
      return terminal.tell({warehouse, json}, 'contain', {target, parts, ...scope}, containText);
    });
}
