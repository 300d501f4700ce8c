import type {LedgerEntry} from '../../warehouse/ledger.ts';
import type {BatchBody} from '../../warehouse/project.ts';

/** Batches up to a position; `rows` of inspections and defects that were accepted with each. */
export function batchesOf(
  entries: readonly LedgerEntry[],
  position: number,
): {seq: number; batch: number; ms: number; rows: number}[] {
  return entries.flatMap(({kind, seq, at, body}) => {
    const {batch, tables} = (kind === 'batch' ? body : {batch: null}) as BatchBody;
    if (typeof batch !== 'number' || batch > position) return [];
    const told = tables.filter(({table}) => table === 'inspections' || table === 'defects');
    return [{seq, batch, ms: Date.parse(at), rows: told.reduce((sum, {accepted}) => sum + accepted, 0)}];
  });
}
