import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {LedgerHead} from '../../warehouse/ledger-chain.ts';

export const auditFolder = (folder: string): string => join(folder, 'audit');

/** The last entry that was written: notices when whole lines are cut off at the end. */
export const auditHeadPath = (folder: string): string => join(auditFolder(folder), 'audit.head');

/** Names sort as their entries do. */
export const fileNameOf = (firstSeq: number): string => `audit-${String(firstSeq).padStart(12, '0')}.ndjson`;

/** Oldest first. */
export async function auditFiles(folder: string): Promise<string[]> {
  const names = await readdir(auditFolder(folder)).catch(() => []);
  return names
    .filter(name => /^audit-\d{12,}\.ndjson$/.test(name))
    .sort()
    .map(name => join(auditFolder(folder), name));
}

export async function readAuditHead(folder: string): Promise<LedgerHead | null> {
  try {
    const {seq, hash} = JSON.parse(await readFile(auditHeadPath(folder), 'utf8')) as LedgerHead;
    return Number.isSafeInteger(seq) && typeof hash === 'string' ? {seq, hash} : null;
  } catch {
    // Absent, or torn by a power cut: then the files and the ledger say where the audit ends.
    return null;
  }
}

/** The lines of one file, with their numbers; `whole` is false for an end that was being written. */
export function linesOf(bytes: Buffer): {line: number; bytes: Buffer; whole: boolean}[] {
  const lines: {line: number; bytes: Buffer; whole: boolean}[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end === -1 ? bytes.length : end;
    lines.push({line: lines.length + 1, bytes: bytes.subarray(start, stop), whole: end !== -1});
    start = stop + 1;
  }
  return lines;
}
