import {type Command, Option} from 'commander';
import type {AgreementQuestion, GageQuestion, LinearityQuestion, StudiesQuestion} from '../../warehouse/msa-answers.ts';
import {agreementText, gageText, linearityText, studiesText} from './print/msa.ts';
import {anyNumber, type Common, type Terminal, wholeNumber, withCommon, withScope} from './terminal.ts';

export function msaCommands(program: Command, terminal: Terminal): void {
  withCommon(program.command('studies'))
    .description('which studies of measurement systems there are')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .action(({warehouse, json, ...question}: Common & StudiesQuestion) =>
      terminal.tell({warehouse, json}, 'studies', question, studiesText),
    );

  withScope(program.command('gage'))
    .argument('<parameter>', '<step>.<parameter>')
    .description('gage R&R: how much of what a gage shows comes from the gage and those who use it')
    .option('--lsl <x>', 'lower limit, instead of the recorded one', anyNumber)
    .option('--usl <x>', 'upper limit', anyNumber)
    .addOption(new Option('--appraiser <column>', 'who or what is compared').choices(['operator', 'station', 'tool']))
    .option('--keep-interaction', 'do not pool it with repeatability, whatever its p')
    .option('--balanced-subset', 'of an unbalanced study, analyse what is complete')
    .option('--plots', 'with what plots of it show, for --json')
    .action((parameter: string, {warehouse, json, ...question}: Common & Omit<GageQuestion, 'parameter'>) =>
      terminal.tell({warehouse, json}, 'gage', {parameter, ...question}, gageText),
    );

  withScope(program.command('linearity'))
    .argument('<parameter>', '<step>.<parameter>, what the gage under study measured')
    .description('bias and linearity: how far off a gage is from reference parts, and whether that changes with size')
    .requiredOption('--reference <step>', 'where the same parameter was measured by what counts as the truth')
    .option('--process-variation <x>', '6 sigma of the process, for bias and linearity as its per cent', anyNumber)
    .option('--plots', 'with what its plot shows, for --json')
    .action((parameter: string, {warehouse, json, ...question}: Common & Omit<LinearityQuestion, 'parameter'>) =>
      terminal.tell({warehouse, json}, 'linearity', {parameter, ...question}, linearityText),
    );

  withScope(program.command('agreement'))
    .description('how far inspectors, models among them, agree with each other and with reviewers')
    .addOption(
      new Option('--by <what>', 'the rates of each of these').choices(['station', 'step', 'product', 'defect']),
    )
    .option('--step <step>', 'inspections at this step')
    .option('--station <station>', 'inspections there')
    .option('--inspector <name>', 'only this one: model@version or a person')
    .option('--reference <name>', 'the inspector whose word counts as the truth')
    .option('--sensitivity <share>', 'of a reference sample that has nothing to do with these parts', anyNumber)
    .option('--sensitivity-n <n>', 'bad parts of that sample', wholeNumber)
    .option('--specificity <share>', 'of that sample', anyNumber)
    .option('--specificity-n <n>', 'good parts of that sample', wholeNumber)
    .action(({warehouse, json, ...question}: Common & AgreementQuestion) =>
      terminal.tell({warehouse, json}, 'agreement', question, agreementText),
    );
}
