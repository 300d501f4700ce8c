import type {TableRows} from '../warehouse/table-rows.ts';

/** CSV by RFC 4180. A text that a spreadsheet would run as a formula gets a quote mark in front (OWASP, CSV injection). */
export function toCsv({columns, rows}: Pick<TableRows, 'columns' | 'rows'>): string {
  const lines = rows.map(row => columns.map(column => cell(row[column] ?? null)).join(','));
  return `${[columns.map(cell).join(','), ...lines].join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
