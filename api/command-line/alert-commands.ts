import type {Command} from 'commander';
import type {AlertQuestion} from '../../warehouse/alert-answers.ts';
import {alertsText, alertText} from './print/alerts.ts';
import {type Common, type Terminal, withCommon} from './terminal.ts';

export function alertCommands(program: Command, terminal: Terminal): void {
  const alerts = program
    .command('alerts')
    .description('what is odd about the supply of data (signals of control charts: fishbone alarms)');
  withCommon(alerts.command('list', {isDefault: true}))
    .description('open alerts')
    .option('--all', 'closed ones too')
    .option('--name <name>', 'of this kind, such as rejects.rate')
    .option('--source <source>', 'of this source')
    .action(({warehouse, json, ...question}: Common & AlertQuestion) =>
      terminal.tell({warehouse, json}, 'alerts', question, alertsText),
    );
  withCommon(alerts.command('close'))
    .argument('<id>', 'as in the list')
    .description('closes an alert')
    .requiredOption('--reason <text>', 'what came of it')
    .option('--by <name>', 'who decides')
    .action((id: string, {warehouse, json, ...rest}: Common & {reason: string; by?: string}) =>
      terminal.tell({warehouse, json}, 'alert.close', {id, ...rest}, alertText),
    );
}
