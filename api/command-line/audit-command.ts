import type {Command} from 'commander';
import type {OutputOf} from '../operations.ts';
import {type Clock, paragraphs, table} from './print/layout.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

export function auditCommand(program: Command, terminal: Terminal): void {
  withCommon(program.command('audit'))
    .description('who asked what, decided what and was refused what, the newest first')
    .option('--from <time>', 'from this time on')
    .option('--to <time>', 'before this time')
    .option('--who <name>', 'of this key or person only')
    .option('--limit <n>', 'at most so many (default 1000)', wholeNumber)
    .option('--cursor <text>', 'the page behind this one')
    .action(({warehouse, json, ...question}: Common & Question) =>
      terminal.tell({warehouse, json}, 'audit', question, auditText),
    );
}

interface Question {
  from?: string;
  to?: string;
  who?: string;
  limit?: number;
  cursor?: string;
}

function auditText({entries, next}: OutputOf<'audit'>, clock: Clock): string {
  if (entries.length === 0)
    return 'Nothing is recorded: the audit begins when there are keys, with what a server is asked.\n';
  const rows = entries.map(row => [
    clock(row.at),
    row.who ?? row.via ?? '(nobody)',
    row.kind,
    row.status === null ? '' : String(row.status),
    row.position === null ? '' : String(row.position),
    [row.route ?? '', row.question === null ? '' : JSON.stringify(row.question)].join(' ').trim().slice(0, 160),
  ]);
  return paragraphs(
    table(['at', 'who', 'what', 'status', 'batch', 'asked'], rows),
    next === null ? '' : `There are more: --cursor ${next}`,
  );
}
