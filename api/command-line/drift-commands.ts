import type {Command} from 'commander';
import {driftListText, driftText} from './print/drift.ts';
import {type Common, type Terminal, withCommon} from './terminal.ts';

export function driftCommands(program: Command, terminal: Terminal): void {
  const drift = program
    .command('drift')
    .description('how files differ from what was accepted from their source before');
  withCommon(drift.command('list', {isDefault: true}))
    .description('what nobody accepted yet')
    .option('--all', 'accepted, and over, too')
    .action(({warehouse, json, all}: Common & {all?: boolean}) =>
      terminal.tell({warehouse, json}, 'drift', {all}, driftListText),
    );
  withCommon(drift.command('accept'))
    .argument('<id>', 'as in the list')
    .description('says that it is right: what comes like it is taken from now on')
    .requiredOption('--reason <text>', 'why')
    .option('--by <name>', 'who decides')
    .action((id: string, {warehouse, json, ...rest}: Common & {reason: string; by?: string}) =>
      terminal.tell({warehouse, json}, 'drift.accept', {id, ...rest}, driftText),
    );
}
