import {z} from 'zod';
import {BackupUnusable} from '../warehouse/backup-folder.ts';
import {WarehouseUnusable} from '../warehouse/database-file.ts';
import {DiskRefused, ofDisk} from '../warehouse/disk-refused.ts';
import {asFishboneError, type ErrorCode, FishboneError} from './errors.ts';

/** Errors of the folders below, by name: what they mean to whoever asked. */
const MEANING: Readonly<Record<string, ErrorCode>> = {
  FilterError: 'USAGE',
  FilterMismatch: 'USAGE',
  UnknownFactor: 'USAGE',
  QuestionError: 'USAGE',
  ChartError: 'USAGE',
  UnknownFinding: 'NOT_FOUND',
  ScreenCancelled: 'CANCELLED',
  IngestError: 'FILE_UNUSABLE',
  ModelRefused: 'USAGE',
};

const WHAT_TO_DO: Partial<Record<ErrorCode, string>> = {
  LEDGER_DAMAGED: 'see "fishbone verify"; restore the ledger from a backup',
  LEDGER_WRITE_FAILED: 'nothing acknowledged is lost: make room on the disk, then try again',
};

/** Whatever was thrown, as an entry of the one catalogue. */
export function translateError(thrown: unknown): FishboneError {
  const error = ofDisk(thrown, 'the warehouse');
  if (error instanceof FishboneError) return error;
  if (error instanceof z.ZodError) return new FishboneError('USAGE', sentence(error), {cause: error});
  if (error instanceof WarehouseUnusable) {
    const code = error.reason === 'held' ? 'WAREHOUSE_BUSY' : 'WAREHOUSE_DAMAGED';
    return new FishboneError(code, error.message, {hint: error.hint, cause: error});
  }
  if (error instanceof BackupUnusable) {
    const code = error.reason === 'refused' ? 'BACKUP_REFUSED' : 'BACKUP_DAMAGED';
    return new FishboneError(code, error.message, {hint: error.hint, cause: error});
  }
  if (error instanceof DiskRefused) {
    return new FishboneError('DISK_REFUSED', error.message, {hint: error.hint, cause: error});
  }
  if (error instanceof Error && /^out of memory error/i.test(error.message)) {
    const hint = 'nothing was recorded: send it in smaller files, or raise memoryLimitMb in fishbone.json';
    return new FishboneError('MEMORY_SHORT', error.message.split('\n')[0], {hint, cause: error});
  }
  // The store's word for an `asOf` that lies in the future; any other RangeError is a fault of ours.
  if (error instanceof RangeError && error.message.startsWith('position '))
    return new FishboneError('USAGE', error.message, {hint: 'ask for that position or an earlier one', cause: error});
  const code = error instanceof Error && Object.hasOwn(MEANING, error.name) ? MEANING[error.name] : null;
  if (code) return new FishboneError(code, (error as Error).message, {cause: error});
  const {code: known, message} = asFishboneError(error);
  return new FishboneError(known, message, {hint: WHAT_TO_DO[known], cause: error});
}

function sentence(error: z.ZodError): string {
  return error.issues
    .map(({path, message}) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}
