import {type Command, InvalidArgumentError, Option} from 'commander';
import type {Scope} from '../../warehouse/answers.ts';
import {type CapabilityQuestion, ChartKind, type ChartQuestion} from '../../warehouse/chart-answers.ts';
import {capabilityText, chartText} from './print/charts.ts';
import {type Common, type Terminal, withScope} from './terminal.ts';

type Asked<Q> = Common & Omit<Q, 'parameter'>;

export function chartCommands(program: Command, terminal: Terminal): void {
  withScope(program.command('chart'))
    .argument('<parameter>', '<step>.<parameter>; for charts of counts a defect code or any-fail')
    .description('a control chart')
    .addOption(new Option('--kind <kind>', 'which chart').choices(ChartKind.options).makeOptionMandatory())
    .option('--subgroup <by>', 'lot, shift, hour, or so many in a row', subgroup)
    .addOption(new Option('--sigma <by>', 'where sigma comes from').choices(['rbar', 'sbar', 'pooled', 'mr']))
    .option('--baseline <from..to>', 'the time that centre and limits come from')
    .addOption(new Option('--rules <name>', 'beyond the limits').choices(['limits', 'western-electric', 'nelson']))
    .action((parameter: string, {warehouse, json, ...question}: Asked<ChartQuestion> & Scope) =>
      terminal.tell({warehouse, json}, 'chart', {parameter, ...question}, chartText),
    );

  withScope(program.command('capability'))
    .argument('<parameter>', '<step>.<parameter>')
    .description('how the spread of a parameter compares with its limits')
    .option('--lsl <x>', 'lower limit, instead of the recorded one', anyNumber)
    .option('--usl <x>', 'upper limit', anyNumber)
    .option('--target <x>', 'target', anyNumber)
    .option('--subgroup <by>', 'lot, shift, hour, or so many in a row', subgroup)
    .addOption(new Option('--sigma <by>', 'where sigma comes from').choices(['rbar', 'sbar', 'pooled', 'mr']))
    .action((parameter: string, {warehouse, json, ...question}: Asked<CapabilityQuestion> & Scope) =>
      terminal.tell({warehouse, json}, 'capability', {parameter, ...question}, capabilityText),
    );
}

function subgroup(text: string): 'lot' | 'shift' | 'hour' | number {
  if (text === 'lot' || text === 'shift' || text === 'hour') return text;
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It has to be lot, shift, hour or a whole number.');
  return Number(text);
}

function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It has to be a number.');
  return value;
}
