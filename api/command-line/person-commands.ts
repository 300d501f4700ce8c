import type {Command} from 'commander';
import {counted, paragraphs} from './print/layout.ts';
import {type Common, type Terminal, withCommon} from './terminal.ts';

export function personCommands(program: Command, terminal: Terminal): void {
  const person = program.command('person').description('whom the data name: pseudonyms inside, names outside');
  withCommon(person.command('list'))
    .description('all names, with their pseudonyms')
    .action((options: Common) =>
      terminal.tell(options, 'person.list', {}, ({persons}) =>
        persons.length === 0 ? 'Nobody is named.\n' : persons.map(p => `${p.person}  ${p.name}\n`).join(''),
      ),
    );
  withCommon(person.command('erase'))
    .argument('<name>')
    .description('forgets who a person is; what the person did stays, under a pseudonym')
    .requiredOption('--by <name>', 'who decides')
    .action((name: string, {warehouse, json, by}: Common & {by: string}) =>
      terminal.tell({warehouse, json}, 'person.erase', {name, by}, ({persons, raw, rejects, answers, remains}) =>
        paragraphs(
          `Erased. From now on: ${persons.join(', ')}.`,
          `Gone: ${counted(raw, 'raw file')}, ${counted(answers, 'kept answer')}; written anew: ${counted(rejects, 'file')} of rejected rows.`,
          remains.length === 0
            ? ''
            : `The name still stands, told as something else than who did the work, in:\n${remains
                .map(({where, rows}) => `  ${where}: ${rows}\n`)
                .join('')}`,
        ),
      ),
    );
}
