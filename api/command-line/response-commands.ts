import {readFile} from 'node:fs/promises';
import {type Command, Option} from 'commander';
import {FishboneError} from '../errors.ts';
import {responsesText, responseText, rulesText, triedText} from './print/responses.ts';
import {type Common, positiveNumber, type Terminal, withCommon} from './terminal.ts';

interface Tried {
  file?: string;
  from?: string;
  to?: string;
  list?: number;
}
interface Logged {
  rule?: string;
  fired?: boolean;
  withheld?: boolean;
  askPerson?: boolean;
  limit?: number;
}

export function responseCommands(program: Command, terminal: Terminal): void {
  const responses = program
    .command('responses')
    .description('what is done by itself when something happens: rules, a dry run on history, what they did');
  withCommon(responses.command('list', {isDefault: true}))
    .description('the rules of fishbone.json, and how often each fired')
    .action((options: Common) => terminal.tell(options, 'responses.list', {}, rulesText));
  withCommon(responses.command('try'))
    .argument('[name]', 'one rule; all by default')
    .description('what rules would have done with history: nothing is sent')
    .option('--file <rules.json>', 'rules that are not in fishbone.json yet: {"name": {"when": ..., "then": [...]}}')
    .option('--from <time>', 'what happened from then on')
    .option('--to <time>', 'what happened before')
    .option('--list <n>', 'list so many firings of each rule', positiveNumber)
    .action(async (name: string | undefined, {warehouse, json, file, ...window}: Common & Tried) => {
      const rules = file === undefined ? undefined : await rulesIn(file);
      return terminal.tell({warehouse, json}, 'responses.try', {name, rules, ...window}, triedText);
    });
  withCommon(responses.command('log'))
    .description('what fired and what was withheld, with what became of each message')
    .option('--rule <name>', 'of this rule')
    .option('--fired', 'only what fired')
    .option('--withheld', 'only what was withheld')
    .option('--ask-person', 'only what waits for a person')
    .option('--limit <n>', 'the newest so many', positiveNumber, 50)
    .action(({warehouse, json, rule, fired, withheld, askPerson, limit}: Common & Logged) => {
      const which = fired ? true : withheld ? false : undefined;
      return terminal.tell({warehouse, json}, 'responses.log', {rule, fired: which, askPerson, limit}, responsesText);
    });
  withCommon(responses.command('settle'))
    .argument('<message>', "the message's id, as the log has it")
    .description('says what became of a message that no look-up can tell, or sends a rejected one again')
    .addOption(
      new Option('--as <what>', 'it did arrive, or it did not')
        .choices(['acknowledged', 'send-again'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'how one knows')
    .requiredOption('--by <name>', 'who decides: self-declared, and recorded as such')
    .action((id: string, {warehouse, json, ...settled}: Common & {as: 'acknowledged'; reason: string; by: string}) =>
      terminal.tell({warehouse, json}, 'responses.settle', {id, ...settled}, responseText),
    );
}

async function rulesIn(file: string): Promise<Record<string, unknown>> {
  const refuse = (why: string, cause: unknown) => new FishboneError('USAGE', `${file}: ${why}`, {cause});
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw refuse(`it cannot be read: ${cause.message}`, cause);
  });
  let rules: unknown;
  try {
    rules = JSON.parse(text);
  } catch (cause) {
    throw refuse(`it is not valid JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) throw refuse('it holds no rules', null);
  // A file that is a whole configuration is one of rules too.
  return ('responses' in rules ? rules.responses : rules) as Record<string, unknown>;
}
