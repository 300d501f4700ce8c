import {type Command, Option} from 'commander';
import type {InputOf} from '../operations.ts';
import {splitList} from '../query-string.ts';
import {holdsText, holdText, lookText, reasonsText} from './print/holds.ts';
import {deliveryText} from './print/records.ts';
import {type Common, positiveNumber, type Terminal, wholeNumber, withCommon} from './terminal.ts';

type Decision = Common & {by: string; reason: string};
type Settled = Common & Omit<InputOf<'hold.settle'>, 'id'>;

export function holdCommands(program: Command, terminal: Terminal): void {
  const hold = program.command('hold').description('stops suspect lots, and lets them go again');

  withReason(withBy(withCommon(hold.command('propose'))))
    .argument('<contained>', 'the id that "contain" gave')
    .description('proposes to hold a suspect population; somebody else approves')
    .option('--text <text>', 'what those who get the lots should know', '')
    .option('--no-children', 'these lots only, not what they go into later')
    .action((contained: string, {warehouse, json, ...proposal}: Decision & {text: string; children: boolean}) =>
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
  withReason(withBy(withCommon(hold.command('release'))))
    .argument('<id>')
    .description('lets the lots of an approved hold go')
    .option('--lots <lots>', 'these lots only, with commas; the others stay held', splitList)
    .action((id: string, {warehouse, json, by, reason, lots}: Decision & {lots?: string[]}) =>
      terminal.tell({warehouse, json}, 'hold.release', {id, by, reason, lots}, holdText),
    );
  withReason(withBy(withCommon(hold.command('scrap'))))
    .argument('<id>')
    .description('scraps the lots of an approved hold')
    .option('--lots <lots>', 'these lots only, with commas; the others stay held', splitList)
    .action((id: string, {warehouse, json, by, reason, lots}: Decision & {lots?: string[]}) =>
      terminal.tell({warehouse, json}, 'hold.scrap', {id, by, reason, lots}, holdText),
    );
  withBy(withCommon(hold.command('review')))
    .argument('<id>')
    .description('closes the review of a hold whose facts have changed, as "show" tells them')
    .requiredOption('--reason <text>', 'what follows from it')
    .option('--as-of <position>', 'up to which position you looked; refused when more has changed since', wholeNumber)
    .action((id: string, {warehouse, json, by, reason, asOf}: Decision & {asOf?: number}) =>
      terminal.tell({warehouse, json}, 'hold.review', {id, by, reason, asOf}, holdText),
    );
  withCommon(hold.command('reasons'))
    .description('the reason codes of this plant')
    .action((options: Common) => terminal.tell(options, 'hold.reasons', {}, reasonsText));
  withBy(withCommon(hold.command('settle')))
    .argument('<id>')
    .description('says what became of a delivery that no look-up can tell, or sends a rejected one again')
    .requiredOption('--lot <lot>', 'of this lot')
    .requiredOption('--receiver <name>', 'at this receiver')
    .addOption(new Option('--action <action>', 'of this action').choices(['hold', 'release', 'scrap']).default('hold'))
    .addOption(
      new Option('--as <what>', 'it did arrive, or it did not')
        .choices(['acknowledged', 'send-again'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'how one knows')
    .action((id: string, {warehouse, json, ...settled}: Settled) =>
      terminal.tell({warehouse, json}, 'hold.settle', {id, ...settled}, holdText),
    );
  withCommon(hold.command('list'))
    .description('all holds')
    .action((options: Common) => terminal.tell(options, 'hold.list', {}, holdsText));
  withCommon(hold.command('show'))
    .argument('<id>')
    .description('one hold, with what became of each lot')
    .option('--evidence', 'as JSON, all that speaks for it, with the entries of the ledger that prove it')
    .option('--mes', 'how its lots are at the MES, asked now')
    .action(async (id: string, {evidence, mes, ...options}: Common & {evidence?: boolean; mes?: boolean}) => {
      if (mes) return terminal.tell(options, 'hold.look', {id}, lookText);
      if (evidence) return terminal.tell({...options, json: true}, 'hold.evidence', {id}, () => '');
      return terminal.tell(options, 'hold.show', {id}, holdText);
    });

  withCommon(program.command('deliver'))
    .description('sends what waits in the outbox (a server does it by itself)')
    .option('--wait <seconds>', 'how long to try', positiveNumber)
    .action(({warehouse, json, wait}: Common & {wait?: number}) =>
      terminal.tell({warehouse, json}, 'deliver', {wait}, deliveryText),
    );
}

/** What may be given is said right where it is missing. */
function withReason(command: Command): Command {
  return command
    .requiredOption('--reason <code>', 'reason code; "fishbone hold reasons" lists them')
    .showHelpAfterError('  "fishbone hold reasons" lists the reason codes; "--help" has all options');
}

function withBy(command: Command): Command {
  return command.requiredOption('--by <name>', 'who decides: self-declared, and recorded as such');
}
