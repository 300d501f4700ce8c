import {type Command, InvalidArgumentError, Option} from 'commander';
import type {Scope} from '../../warehouse/answers.ts';
import {
  type CapabilityQuestion,
  DistributionName,
  IntervalConvention,
  type ParametersQuestion,
} from '../../warehouse/capability-answers.ts';
import {type AlarmQuestion, ChartKind, type ChartQuestion, type ScanQuestion} from '../../warehouse/chart-answers.ts';
import type {InputOf} from '../operations.ts';
import {capabilityText, parametersText} from './print/capability.ts';
import {alarmsText, baselinesText, baselineText, chartText, scanText} from './print/charts.ts';
import {anyNumber, type Common, positiveNumber, type Terminal, wholeNumber, withCommon, withScope} from './terminal.ts';

type Asked<Q> = Common & Omit<Q, 'parameter'>;

export function chartCommands(program: Command, terminal: Terminal): void {
  withPoints(withScope(program.command('chart')))
    .description('a control chart')
    .option(
      '--baseline <from..to>',
      'the time that centre and limits come from; frozen limits otherwise, or all points',
    )
    .option('--stages <starts>', 'where new stages begin: times with commas, or event:<kind>')
    .addOption(new Option('--rules <name>', 'beyond the limits').choices(['limits', 'western-electric', 'nelson']))
    .option('--last <n>', 'list the newest points only', wholeNumber)
    .action((parameter: string, {warehouse, json, ...question}: Asked<ChartQuestion> & Scope) =>
      terminal.tell({warehouse, json}, 'chart', {parameter, ...question}, chartText),
    );

  withScope(program.command('capability'))
    .argument('<parameter>', '<step>.<parameter>')
    .description('how the spread of a parameter compares with its limits')
    .option('--lsl <x>', 'lower limit, instead of the recorded one', anyNumber)
    .option('--usl <x>', 'upper limit', anyNumber)
    .option('--target <x>', 'target', anyNumber)
    .option('--guard-band <x>', 'draws both limits in, for the uncertainty of measurement (ISO 14253-1)', anyNumber)
    .option('--bound <x>', 'natural bound: no value can be below it', anyNumber)
    .option('--required <ppk>', 'the Ppk that is asked for (1.33)', anyNumber)
    .option('--subgroup <by>', 'lot, shift, hour, or so many in a row', subgroup)
    .addOption(new Option('--sigma <by>', 'where sigma comes from').choices(['rbar', 'sbar', 'pooled', 'mr']))
    .addOption(
      new Option('--distribution <name>', 'whose percentiles are shown beside; else the best fit').choices(
        DistributionName.options,
      ),
    )
    .addOption(
      new Option('--interval <by>', 'lots as the unit, parts one by one, or n - 1 degrees of freedom as R qcc').choices(
        IntervalConvention.options,
      ),
    )
    .option('--six-pack', 'with the six panels that show it, for --json')
    .action((parameter: string, {warehouse, json, ...question}: Asked<CapabilityQuestion> & Scope) =>
      terminal.tell({warehouse, json}, 'capability', {parameter, ...question}, capabilityText),
    );

  withScope(program.command('scan'))
    .description('which parameters are unstable or not capable, the worst first')
    .option('--top <n>', 'how many to list', wholeNumber)
    .action(({warehouse, json, ...question}: Common & ScanQuestion) =>
      terminal.tell({warehouse, json}, 'scan', question, scanText),
    );

  withCommon(program.command('alarms'))
    .description('what is out of order on charts with a frozen baseline, within a budget of false alarms')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .option('--from <time>', 'points from this time on; default the last four weeks')
    .option('--to <time>', 'points before this time')
    .option('--budget <n>', 'false alarms a week over all charts, default 1', budget)
    .action(({warehouse, json, ...question}: Common & AlarmQuestion) =>
      terminal.tell({warehouse, json}, 'alarms', question, alarmsText),
    );

  withCommon(program.command('parameters'))
    .description('what is measured at which step, with the limits that hold now')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .option('--product <product>', 'limits of this product')
    .action(({warehouse, json, asOf, product}: Common & ParametersQuestion) =>
      terminal.tell({warehouse, json}, 'parameters', {asOf, product}, parametersText),
    );

  baselineCommands(program, terminal);
}

function baselineCommands(program: Command, terminal: Terminal): void {
  const baseline = program.command('baseline').description('limits that somebody chose and froze, with the reason');
  withPoints(withCommon(baseline.command('freeze')))
    .description('freezes the limits of a chart as this baseline gives them now')
    .requiredOption('--baseline <from..to>', 'the time that centre and limits come from')
    .requiredOption('--reason <text>', 'why these limits')
    .option('--by <name>', 'who decides')
    .option('--valid-from <time>', 'from when on they hold; by default from the end of the baseline')
    .option('--product <product>', 'parts of this product only')
    .option('--where <expression>', 'filter')
    .action((parameter: string, {warehouse, json, ...rest}: Common & Freezing) =>
      terminal.tell({warehouse, json}, 'baseline.freeze', {parameter, ...rest}, baselineText),
    );
  withCommon(baseline.command('list'))
    .description('baselines in force')
    .option('--as-of <position>', 'as it was after this batch', wholeNumber)
    .action(({warehouse, json, ...question}: Common & {asOf?: number}) =>
      terminal.tell({warehouse, json}, 'baseline.list', question, baselinesText),
    );
  withCommon(baseline.command('retire'))
    .argument('<id>')
    .description('takes a baseline out of force; the version before it holds again')
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who decides')
    .action((id: string, {warehouse, json, ...rest}: Common & {reason: string; by?: string}) =>
      terminal.tell({warehouse, json}, 'baseline.retire', {id, ...rest}, baselineText),
    );
}

type Freezing = Omit<InputOf<'baseline.freeze'>, 'parameter'>;

/** Which points, and how their limits come about: what a chart and a frozen baseline have in common. */
function withPoints(command: Command): Command {
  return command
    .argument(
      '<parameter>',
      '<step>.<parameter>; for charts of counts a defect code or any-fail; for t2 several, with commas',
    )
    .addOption(new Option('--kind <kind>', 'which chart').choices(ChartKind.options).makeOptionMandatory())
    .option('--subgroup <by>', 'lot, shift, hour, or so many in a row', subgroup)
    .addOption(new Option('--sigma <by>', 'where sigma comes from').choices(['rbar', 'sbar', 'pooled', 'mr']))
    .option('--lambda <x>', 'ewma: weight of the newest point', anyNumber)
    .option('--width <x>', 'ewma: limits in standard errors of the average', anyNumber)
    .option('--k <x>', 'cusum: reference value in standard errors', anyNumber)
    .option('--h <x>', 'cusum: decision interval in standard errors', anyNumber);
}

function subgroup(text: string): 'lot' | 'shift' | 'hour' | number {
  if (text === 'lot' || text === 'shift' || text === 'hour') return text;
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It has to be lot, shift, hour or a whole number.');
  return Number(text);
}

function budget(text: string): number {
  const value = positiveNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It has to be more than 0: who allows no false alarm at all is never alarmed.');
}
