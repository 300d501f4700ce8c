/** The disk takes nothing more. Nothing acknowledged is lost by it; `hint` says what to do. */
class DiskRefused extends Error {
  readonly code = 'DISK_REFUSED';
  readonly hint: string;

  constructor(folder: string, why: 'full' | 'read-only', cause: unknown) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    super(`the disk of ${folder} is ${why}: ${reason}`, {cause});
    this.name = 'DiskRefused';
    this.hint =
      why === 'full'
        ? 'nothing acknowledged is lost: make room on the disk, then do it again'
        : 'nothing acknowledged is lost: make the folder writable, then do it again';
  }
}

const FULL = /\b(ENOSPC|EDQUOT|EFBIG)\b|no space left|disk quota exceeded|file too large/i;
const READ_ONLY = /\bEROFS\b|read-only file system/i;
const FORBIDDEN = /\b(EACCES|EPERM)\b|permission denied/i;

/** The error as one of the disk, where that is what its first line says; else as it is. */
export function ofDisk(error: unknown, folder: string): unknown {
  // The ledger's own word says already what it means.
  if (!(error instanceof Error) || error.name === 'LedgerWriteFailed') return error;
  const [what] = error.message.split('\n');
  if (FULL.test(what)) return new DiskRefused(folder, 'full', error);
  // A file to be read may be forbidden as well: that is none of the warehouse's own.
  const isReadOnly = READ_ONLY.test(what) || (FORBIDDEN.test(what) && what.includes(folder));
  return isReadOnly ? new DiskRefused(folder, 'read-only', error) : error;
}
