import type {Command} from 'commander';
import {deliveryText, holdsText, holdText} from './print/records.ts';
import {type Common, positiveNumber, type Terminal, withCommon} from './terminal.ts';

type Decision = Common & {by: string; reason: string};

export function holdCommands(program: Command, terminal: Terminal): void {
  const hold = program.command('hold').description('stops suspect lots, and lets them go again');

  withBy(withCommon(hold.command('propose')))
    .argument('<contained>', 'the id that "contain" gave')
    .description('proposes to hold a suspect population; somebody else approves')
    .requiredOption('--reason <code>', 'reason code')
    .option('--text <text>', 'what those who get the lots should know', '')
    .action((contained: string, {warehouse, json, ...proposal}: Decision & {text: string}) =>
      terminal.tell({warehouse, json}, 'hold.propose', {contained, ...proposal}, holdText),
    );
  withBy(withCommon(hold.command('approve')))
    .argument('<id>')
    .description('approves a hold: every lot is sent to the receivers')
    .action((id: string, {warehouse, json, by}: Decision) =>
      terminal.tell({warehouse, json}, 'hold.approve', {id, by}, holdText),
    );
  withBy(withCommon(hold.command('refuse')))
    .argument('<id>')
    .description('refuses a hold')
    .option('--reason <text>', 'why')
    .action((id: string, {warehouse, json, by, reason}: Decision) =>
      terminal.tell({warehouse, json}, 'hold.refuse', {id, by, reason}, holdText),
    );
  withBy(withCommon(hold.command('release')))
    .argument('<id>')
    .description('lets the lots of an approved hold go')
    .requiredOption('--reason <code>', 'reason code')
    .action((id: string, {warehouse, json, by, reason}: Decision) =>
      terminal.tell({warehouse, json}, 'hold.release', {id, by, reason}, holdText),
    );
  withCommon(hold.command('list'))
    .description('all holds')
    .action((options: Common) => terminal.tell(options, 'hold.list', {}, holdsText));
  withCommon(hold.command('show'))
    .argument('<id>')
    .description('one hold, with what became of each lot')
    .action((id: string, options: Common) => terminal.tell(options, 'hold.show', {id}, holdText));

  withCommon(program.command('deliver'))
    .description('sends what waits in the outbox (a server does it by itself)')
    .option('--wait <seconds>', 'how long to try', positiveNumber)
    .action(({warehouse, json, wait}: Common & {wait?: number}) =>
      terminal.tell({warehouse, json}, 'deliver', {wait}, deliveryText),
    );
}

function withBy(command: Command): Command {
  return command.requiredOption('--by <name>', 'who decides: self-declared, and recorded as such');
}
