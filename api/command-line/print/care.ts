import type {BackupProblem} from '../../../warehouse/backup-folder.ts';
import type {Restored} from '../../../warehouse/restore.ts';
import type {Problem, Verification} from '../../../warehouse/verify.ts';
import type {Check} from '../../doctor.ts';
import type {OutputOf} from '../../operations.ts';
import {type Clock, count, counted, paragraphs} from './layout.ts';

export function verifyText({ok, problems, notices, checked}: Verification): string {
  return paragraphs(
    ok ? 'Nothing acknowledged is missing or altered.' : `${counted(problems.length, 'problem')}:`,
    problemsText([...problems, ...notices]),
    `Checked: ${Object.entries(checked)
      .map(([what, n]) => `${String(n)} ${what === 'auditEntries' ? 'audit entries' : what}`)
      .join(', ')}.`,
  );
}

export function backupText({folder, position, files, bytes, copied, onlyHere}: OutputOf<'backup'>): string {
  return paragraphs(
    `Backed up to ${folder}: everything up to batch ${position}, ${counted(files, 'file')}, ${sizeText(bytes)}.`,
    `Copied this time: ${counted(copied.files, 'file')}, ${sizeText(copied.bytes)}.`,
    onlyHere.length === 0
      ? ''
      : `The warehouse has lost what the backup still has:\n${onlyHere.map(f => `  ${f}\n`).join('')}`,
  );
}

export function backupCheckText(
  answer: {ok: boolean; problems: BackupProblem[]; position: number; madeAt: string; files: number},
  clock: Clock,
): string {
  const {ok, problems, position, madeAt, files} = answer;
  return paragraphs(
    ok ? 'The backup is whole.' : `The backup is not whole, ${counted(problems.length, 'problem')}:`,
    problemsText(problems),
    `Made at ${clock(madeAt)}: everything up to batch ${position}, ${counted(files, 'archive file')}.`,
  );
}

export function compactText({packed, merged}: OutputOf<'compact'>): string {
  const altered = [...packed.altered, ...merged.altered];
  return paragraphs(
    packed.files === 0
      ? 'No raw file waits to be packed.'
      : `Packed ${counted(packed.files, 'raw file')}: ${sizeText(packed.bytesBefore)} became ${sizeText(packed.bytesAfter)}.`,
    merged.batches === 0
      ? 'Too few small batches to merge.'
      : `Merged ${count(merged.batches)} small batches: ${counted(merged.filesBefore, 'file')} became ${count(merged.filesAfter)}.`,
    altered.length === 0
      ? ''
      : `Left alone, because they are not what they were (see "fishbone verify"):\n${altered.map(f => `  ${f}\n`).join('')}`,
  );
}

export function retentionText({dryRun, before, gone, altered, images}: OutputOf<'retention'>, clock: Clock): string {
  const all = {...before, 'images that failed': images.before.fail, 'images that passed': images.before.pass};
  const rules = Object.entries(all).filter(([, time]) => time !== null);
  if (rules.length === 0)
    return 'No rule: everything is kept. Rules are in fishbone.json, such as "retention": {"readings": "90 days"}.\n';
  return paragraphs(
    rules.map(([what, time]) => `  ${what} from before ${clock(time!)}\n`).join(''),
    `${dryRun ? 'Would go' : 'Gone'}: ${counted(gone.readings, 'reading')}, ${counted(gone.raw, 'raw file')}, ${counted(gone.answers, 'kept answer')}, ${counted(images.gone.images, 'image')}, about ${sizeText(gone.bytes + images.gone.bytes)}.`,
    images.stay.held + images.stay.reviewed > 0
      ? `Older images that stay: ${images.stay.held} of parts under a hold, ${images.stay.reviewed} that were reviewed.`
      : '',
    altered.length === 0
      ? ''
      : `No reading goes, because these are not what they were (see "fishbone verify"):\n${altered.map(f => `  ${f}\n`).join('')}`,
  );
}

export function restoredText({folder, position, madeAt, verification}: Restored, clock: Clock): string {
  return paragraphs(
    `Restored in ${folder}: everything up to batch ${position}, as it was at ${clock(madeAt)}.`,
    verifyText(verification),
  );
}

export function checksText(checks: readonly Check[], clock: Clock): string {
  return checks
    .map(({what, ok, warning, detail, hint}) => {
      const mark = ok ? (warning ? 'WARN' : 'ok  ') : 'BAD ';
      const told = detail.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, clock);
      return `${mark}  ${what}: ${told}${hint ? `\n        ${hint}` : ''}\n`;
    })
    .join('');
}

/** In the unit that people would say. */
function sizeText(bytes: number): string {
  const [unit, name] = (
    [
      [1e9, 'GB'],
      [1e6, 'MB'],
      [1e3, 'kB'],
    ] as const
  ).find(([size]) => bytes >= size) ?? [1, 'bytes'];
  return `${bytes >= 1000 ? (bytes / unit).toFixed(1) : bytes} ${name}`;
}

function problemsText(problems: readonly Problem[]): string {
  return problems.map(({what, where, hint}) => `  ${where}: ${what}\n    ${hint}\n`).join('');
}
