import type {Problem} from '../../../warehouse/verify.ts';
import type {OutputOf} from '../../operations.ts';
import {count, counted} from './layout.ts';

export function publishedText({folder, position, tables, rows, bytes, already, removed}: OutputOf<'publish'>): string {
  const size = `${counted(tables, 'table')}, ${counted(rows, 'row')}, ${count(Math.round(bytes / 1e6))} MB`;
  const gone = removed.length > 0 ? `\n  removed: ${removed.join(', ')}` : '';
  return `Position ${position} ${already ? 'was published before' : 'is published'}: ${folder}\n  ${size}${gone}\n`;
}

export function publishedCheckText({
  ok,
  snapshots,
  files,
  problems,
}: {
  ok: boolean;
  snapshots: number;
  files: number;
  problems: Problem[];
}): string {
  if (ok) return `${counted(snapshots, 'snapshot')}, ${counted(files, 'file')}: all as they were published.\n`;
  return problems.map(({what, where, hint}) => `${where} ${what}: ${hint}\n`).join('');
}
