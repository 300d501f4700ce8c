import type {OutputOf} from '../../operations.ts';
import {bold, type Clock, count, counted, paragraphs, table} from './layout.ts';

export function rulesText({rules}: OutputOf<'responses.list'>, clock: Clock): string {
  if (rules.length === 0)
    return 'There are no response rules: write some into fishbone.json, and try them on history first: fishbone responses try\n';
  const rows = rules.map(rule => [
    rule.rule,
    `on a ${rule.when}`,
    rule.state,
    rule.fired,
    rule.withheld,
    rule.failed,
    rule.open,
    rule.last === null ? 'never' : clock(rule.last),
  ]);
  const names = ['rule', 'fires', 'state', 'fired', 'withheld', 'failed', 'open', 'last'];
  const lines = rules.map(({rule, actions, problem, askPerson}) => {
    const waits =
      askPerson > 0
        ? `\n    ${counted(askPerson, 'message')} wait for a person: fishbone responses log --ask-person`
        : '';
    return `  ${rule}: ${actions.join('; ')}${problem === null ? '' : `\n    ${problem}`}${waits}\n`;
  });
  return paragraphs(table(names, rows), lines.join(''));
}

export function triedText({asOf, rules}: OutputOf<'responses.try'>, clock: Clock): string {
  const told = rules.map(({rule, fired, withheld, late, firings, held, notes}) => {
    const head = `would have fired ${fired === 1 ? 'once' : `${count(fired)} times`}`;
    const withheldWords = [
      withheld.once > 0 ? `${count(withheld.once)} withheld as repetitions` : '',
      withheld.budget > 0 ? `${count(withheld.budget)} withheld by the budget` : '',
      late > 0 ? `${count(late)} of them came too late for a server` : '',
    ].filter(Boolean);
    const lines = firings.map(({at, text, actions, lacking}) => {
      const does = actions.map(({do: what, receiver}) => `${what} to ${receiver}`);
      const not = lacking.map(({do: what, why}) => `no ${what}: ${why}`);
      return `  ${clock(at)}  ${text}\n      ${[...does, ...not].join('; ')}\n`;
    });
    const heldLines = held.map(({at, text, why}) => `  ${clock(at)}  withheld: ${text}\n      ${why}\n`);
    const noted = notes.map(note => `  ${note}\n`);
    return `${bold(`${rule}: ${[head, ...withheldWords].join('; ')}`)}\n${[...lines, ...heldLines, ...noted].join('')}`;
  });
  return paragraphs(...told, `Nothing was sent. Position ${asOf}.`);
}

export function responsesText({responses, next}: OutputOf<'responses.log'>, clock: Clock): string {
  if (responses.length === 0) return 'Nothing such: no rule has fired, and nothing was withheld.\n';
  const more = next === null ? '' : 'There are more: ask with a higher --limit.';
  return paragraphs(responses.map(row => responseText(row, clock)).join(''), more);
}

export function responseText(row: OutputOf<'responses.settle'>, clock: Clock): string {
  const {rule, at, text, withheld, deliveries, lacking} = row;
  const head = `${bold(rule)}  ${clock(at)}  ${text}\n`;
  if (withheld !== null) return `${head}    withheld: ${withheld}\n`;
  const lines = deliveries.map(({id, do: what, receiver, state, why, askPerson}) => {
    const asks =
      askPerson || state === 'rejected'
        ? `\n      fishbone responses settle ${id} --as ... --reason TEXT --by NAME`
        : '';
    return `    ${what} to ${receiver}: ${state}${why === null ? '' : `: ${why}`}${asks}\n`;
  });
  return `${head}${lines.join('')}${lacking.map(({do: what, why}) => `    no ${what}: ${why}\n`).join('')}`;
}
