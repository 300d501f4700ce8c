/**
 * The one catalogue of what can go wrong with an operation. The code is for programs and stays; the message is for
 * people and says what, where and what to do. Bad rows of data are no errors: they are values on the receipt.
 */
const CATALOGUE = {
  USAGE: {status: 400, exitCode: 2},
  NOT_FOUND: {status: 404, exitCode: 1},
  UNAUTHENTICATED: {status: 401, exitCode: 1},
  FORBIDDEN: {status: 403, exitCode: 1},
  SIGN_IN_REFUSED: {status: 400, exitCode: 1},
  ISSUER_UNREACHABLE: {status: 503, exitCode: 1},
  NOT_ACCEPTABLE: {status: 406, exitCode: 2},
  CONFLICT: {status: 409, exitCode: 1},
  TOO_LARGE: {status: 413, exitCode: 1},
  FILE_UNUSABLE: {status: 422, exitCode: 1},
  OVERLOADED: {status: 429, exitCode: 1},
  CANCELLED: {status: 499, exitCode: 1},
  QUERY_STOPPED: {status: 422, exitCode: 1},
  ENGINE: {status: 502, exitCode: 1},
  STORE: {status: 502, exitCode: 1},
  INTERNAL: {status: 500, exitCode: 1},
  WAREHOUSE_BUSY: {status: 503, exitCode: 1},
  CLOSING: {status: 503, exitCode: 1},
  WAREHOUSE_ABSENT: {status: 404, exitCode: 1},
  WAREHOUSE_DAMAGED: {status: 500, exitCode: 4},
  LEDGER_DAMAGED: {status: 500, exitCode: 4},
  LEDGER_WRITE_FAILED: {status: 507, exitCode: 1},
  MEMORY_SHORT: {status: 507, exitCode: 1},
  DISK_REFUSED: {status: 507, exitCode: 1},
  HOLD_NOT_FOUND: {status: 404, exitCode: 1},
  HOLD_INCOMPLETE: {status: 400, exitCode: 2},
  HOLD_SAME_PERSON: {status: 403, exitCode: 1},
  HOLD_ALREADY_DECIDED: {status: 409, exitCode: 1},
  HOLD_NOT_APPROVED: {status: 409, exitCode: 1},
  HOLD_LOT_NOT_HELD: {status: 409, exitCode: 1},
  HOLD_REASON_UNKNOWN: {status: 400, exitCode: 2},
  HOLD_REVIEW_NOT_OPEN: {status: 409, exitCode: 1},
  DELIVERY_NOT_FOUND: {status: 404, exitCode: 1},
  DELIVERY_NOT_OPEN: {status: 409, exitCode: 1},
  BACKUP_REFUSED: {status: 409, exitCode: 1},
  BACKUP_DAMAGED: {status: 500, exitCode: 4},
  RECEIVER_INVALID: {status: 500, exitCode: 2},
  CONFIGURATION_INVALID: {status: 500, exitCode: 2},
} as const satisfies Record<string, {status: number; exitCode: 1 | 2 | 4}>;

export type ErrorCode = keyof typeof CATALOGUE;
export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[];

/** An operation that cannot be done: with a stable code, an HTTP status and an exit code. */
export class FishboneError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly exitCode: 1 | 2 | 4;
  /** What the person may do about it. */
  readonly hint?: string;

  constructor(code: ErrorCode, message: string, {hint, cause}: {hint?: string; cause?: unknown} = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.name = 'FishboneError';
    this.code = code;
    this.status = CATALOGUE[code].status;
    this.exitCode = CATALOGUE[code].exitCode;
    this.hint = hint;
  }
}

/** Whatever was thrown, as an entry of the catalogue: by its own `code` and `hint` where it has one of ours, else INTERNAL. */
export function asFishboneError(error: unknown): FishboneError {
  if (error instanceof FishboneError) return error;
  if (!(error instanceof Error)) return new FishboneError('INTERNAL', String(error), {cause: error});
  const {code, hint} = error as {code?: unknown; hint?: unknown};
  const known = typeof code === 'string' && Object.hasOwn(CATALOGUE, code) ? (code as ErrorCode) : 'INTERNAL';
  return new FishboneError(known, error.message, {hint: typeof hint === 'string' ? hint : undefined, cause: error});
}
