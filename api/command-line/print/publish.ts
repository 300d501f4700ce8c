import type {Problem} from '../../../warehouse/verify.ts';
import type {OutputOf} from '../../operations.ts';
import {count, counted} from './layout.ts';

export function publishedText(published: OutputOf<'publish'>): string {
  const {folder, position, tables, rows, bytes, already, removed, bucket} = published;
  const size = `${counted(tables, 'table')}, ${counted(rows, 'row')}, ${count(Math.round(bytes / 1e6))} MB`;
  const gone = removed.length > 0 ? `\n  removed: ${removed.join(', ')}` : '';
  const sent = bucket ? `\n  ${bucketText(bucket)}` : '';
  return `Position ${position} ${already ? 'was published before' : 'is published'}: ${folder}\n  ${size}${gone}${sent}\n`;
}

function bucketText({to, files, bytes, removed}: NonNullable<OutputOf<'publish'>['bucket']>): string {
  const sent = files > 0 ? `${counted(files, 'file')}, ${count(Math.round(bytes / 1e6))} MB sent` : 'all there already';
  const gone = removed.length > 0 ? `; removed there: ${removed.join(', ')}` : '';
  return `in the bucket: ${to} (${sent}${gone})`;
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
