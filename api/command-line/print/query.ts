import type {OutputOf} from '../../operations.ts';
import {type Clock, counted, paragraphs} from './layout.ts';

/** Longer texts are cut in a table: `--json` and `--format csv` have them whole. */
const WIDEST = 60;

export function queryText({asOf, columns, rows, notes}: OutputOf<'query'>, clock: Clock): string {
  const names = columns.map(({name}) => name);
  if (names.join() === 'explain_key,explain_value')
    return rows.map(({explain_value: plan}) => `${String(plan)}\n`).join('');
  const isMoment = columns.map(({type}) => type === 'TIMESTAMP WITH TIME ZONE');
  const isNumber = columns.map(({type}) => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type));
  const cells = rows.map(row =>
    names.map((name, c) => {
      const value = row[name];
      if (value === null || value === undefined) return '';
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const line = (isMoment[c] ? clock(text) : text).replaceAll(/\s+/g, ' ');
      return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
    }),
  );
  const widths = names.map((name, c) => cells.reduce((width, row) => Math.max(width, row[c].length), name.length));
  const line = (row: readonly string[]) =>
    `  ${row.map((text, c) => (isNumber[c] ? text.padStart(widths[c]) : text.padEnd(widths[c]))).join('  ')}`.trimEnd();
  const table = [names, ...cells].map(row => `${line(row)}\n`).join('');
  return paragraphs(
    table,
    [`${counted(rows.length, 'row')}, as of ${asOf}.`, ...notes.map(n => `Note: ${n}.`)].join('\n'),
  );
}
