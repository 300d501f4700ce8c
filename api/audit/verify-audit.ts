import {readFile} from 'node:fs/promises';
import {GENESIS, type LedgerEntry, type LedgerHead, openLine} from '../../warehouse/ledger-chain.ts';
import {readLedger} from '../../warehouse/ledger-read.ts';
import {type Problem, type Verification, verify} from '../../warehouse/verify.ts';
import {auditFiles, auditFolder, auditHeadPath, linesOf, readAuditHead} from './audit-files.ts';

/** What `fishbone verify` checks: what was acknowledged, and who asked for it. */
export async function verifyAll(
  folder: string,
): Promise<Omit<Verification, 'checked'> & {checked: Verification['checked'] & {auditEntries: number}}> {
  const {problems, notices, checked} = await verify(folder);
  const ledger: LedgerEntry[] = [];
  for await (const {entry} of readLedger(folder)) if (entry) ledger.push(entry);
  const audit = await verifyAudit(folder, ledger);
  const all = [...problems, ...audit.problems];
  return {ok: all.length === 0, problems: all, notices, checked: {...checked, auditEntries: audit.entries}};
}

const HINT = 'compare the audit with a backup: it is not what was written';

/**
 * Every edit, deletion and reordering of the audit, also across its files, and an end that was cut off: as far as the
 * ledger or the witness beside the files heard of it.
 */
export async function verifyAudit(
  folder: string,
  ledger: readonly LedgerEntry[],
): Promise<{entries: number; problems: Problem[]}> {
  const problems: Problem[] = [];
  const anchors = new Map<number, {hash: string; by: string}>();
  const witness = await readAuditHead(folder);
  if (witness && witness.seq > 0) anchors.set(witness.seq, {hash: witness.hash, by: auditHeadPath(folder)});
  for (const {seq, hash} of anchorsIn(ledger)) anchors.set(seq, {hash, by: 'the ledger'});

  let entries = 0;
  let head: LedgerHead = GENESIS;
  let torn = false;
  for (const path of await auditFiles(folder)) {
    for (const {line, bytes, whole} of linesOf(await readFile(path))) {
      const wrong = (what: string) => problems.push({what, where: `${path} line ${line}`, hint: HINT});
      if (torn) wrong('follows on a line without an end');
      torn = false;
      if (!whole) {
        // The last line of all was being written when the process died.
        torn = true;
        continue;
      }
      const opened = openLine(bytes);
      if (!('entry' in opened)) {
        wrong('edited' in opened ? `was edited: ${opened.edited}` : `cannot be read: ${opened.unreadable}`);
        head = {seq: head.seq + 1, hash: ''};
        continue;
      }
      const {seq, prev, hash} = opened.entry;
      if (seq > head.seq + 1) wrong(`${gap(head.seq + 1, seq - 1)} missing before entry ${seq}`);
      else if (seq <= head.seq) wrong(`entry ${seq} stands behind entry ${head.seq}`);
      else if (head.hash !== '' && prev !== head.hash) wrong(`entry ${seq} does not follow on entry ${head.seq}`);
      const anchor = anchors.get(seq);
      if (anchor && anchor.hash !== hash) wrong(`entry ${seq} is another than ${anchor.by} heard of`);
      entries++;
      head = {seq, hash};
    }
  }
  const [end, by] = [...anchors].reduce(([most, who], [seq, {by}]) => (seq > most ? [seq, by] : [most, who]), [0, '']);
  if (end > head.seq)
    problems.push({
      what: `${gap(head.seq + 1, end)} missing at the end: ${by} heard of entry ${end}`,
      where: auditFolder(folder),
      hint: HINT,
    });
  return {entries, problems};
}

/** Where the ledger heard that the audit ended, oldest first. */
export function anchorsIn(ledger: readonly LedgerEntry[]): LedgerHead[] {
  return ledger.filter(({kind}) => kind === 'audit').map(({body}) => body as LedgerHead);
}

const gap = (from: number, to: number): string => (from === to ? `entry ${from} is` : `entries ${from} to ${to} are`);
