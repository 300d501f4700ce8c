import type {Command} from 'commander';
import type {LoadOptions} from '../load-files.ts';
import {withAbsoluteMapping, withHowToRead} from './data-commands.ts';
import {decidedText, quarantineText, rejectedText, replayedText} from './print/quarantine.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

/** A screenful; programs get as many as the API gives them. */
const ROWS_SHOWN = 50;

interface Paging {
  offset?: number;
  limit?: number;
}

export function quarantineCommands(program: Command, terminal: Terminal): void {
  const quarantine = program.command('quarantine').description('rejected rows, as work to do: by reason, and by file');
  withCommon(quarantine.command('list', {isDefault: true}))
    .description('rejected rows by reason, the most first, and the files with rejected rows')
    .option('--conflicts', 'also rows that contradict others')
    .action(({warehouse, json, conflicts}: Common & {conflicts?: boolean}) =>
      terminal.tell({warehouse, json}, 'quarantine.list', {conflicts}, quarantineText),
    );
  withCommon(quarantine.command('show'))
    .argument('<id>', 'a batch or a group, as in the list')
    .description('its rejected rows: file, line, field, reason')
    .option('--offset <n>', 'leaves out so many', wholeNumber)
    .option('--limit <n>', 'shows so many', wholeNumber)
    .action((id: string, {warehouse, json, offset, limit}: Common & Paging) => {
      const page = {id, offset, limit: limit ?? (json ? undefined : ROWS_SHOWN)};
      return terminal.tell({warehouse, json}, 'quarantine.show', page, answer => rejectedText(answer, id));
    });
  withHowToRead(withCommon(quarantine.command('replay')))
    .argument('[id]', 'a batch or a group, as in the list')
    .description('tries rejected rows again, from the bytes that were kept')
    .option('--all', 'all files with open rows')
    .option('--reason <text>', 'all files with open rows whose reason says this')
    .action(async (id: string | undefined, {warehouse, json, ...rest}: Common & LoadOptions & Selection) => {
      const input = {id, ...withAbsoluteMapping(rest)};
      terminal.judge(await terminal.answer({warehouse, json}, 'quarantine.replay', input, replayedText));
    });
  for (const did of ['set-aside', 'reopen'] as const) {
    withCommon(quarantine.command(did))
      .argument('<id>', 'a batch or a group, as in the list')
      .description(did === 'reopen' ? 'takes that back' : 'sets aside what will not be taken in, with the reason')
      .requiredOption('--reason <text>', 'why')
      .option('--by <name>', 'who decides')
      .action((id: string, {warehouse, json, ...rest}: Common & {reason: string; by?: string}) =>
        terminal.tell({warehouse, json}, `quarantine.${did}`, {id, ...rest}, decidedText),
      );
  }
}

interface Selection {
  all?: boolean;
  reason?: string;
}
