/** The cheap part of `verify`, at every start: are the files there, and has every table as many rows as were accepted? */
import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {packedPath, rawPath} from './archive.ts';
import {CANONICAL} from './canonical.ts';
import {WarehouseUnusable} from './database-file.ts';
import type {Session} from './duckdb.ts';
import type {HeldFile, Holdings} from './holdings.ts';
import type {LedgerEntry} from './ledger.ts';
import {factTable, stepTables} from './step-tables.ts';
import type {Problem} from './verify.ts';

const RESTORE = 'put it back from a backup (it has the same path there); "fishbone verify" looks at everything';

/** Archive files that are not there, or not as long as they were. Nothing is read. */
export function missingFiles(folder: string, holdings: Holdings): {problems: Problem[]; files: Set<HeldFile>} {
  const problems: Problem[] = [];
  const files = new Set<HeldFile>();
  for (const file of holdings.files()) {
    const problem = lengthProblem(file.path, file.bytes ?? null);
    if (!problem) continue;
    problems.push(problem);
    files.add(file);
  }
  const raw = new Set(readdirSync(join(folder, 'archive', 'raw')));
  for (const [digest, {bytes}] of holdings.raw()) {
    // How long the packed bytes are is not in the ledger.
    const problem = raw.has(digest)
      ? lengthProblem(rawPath(folder, digest), bytes)
      : raw.has(`${digest}.gz`)
        ? lengthProblem(packedPath(folder, digest), null)
        : {what: 'is missing', where: rawPath(folder, digest), hint: RESTORE};
    if (problem) problems.push(problem);
  }
  return {problems, files};
}

function lengthProblem(path: string, bytes: number | null): Problem | null {
  const found = statSync(path, {throwIfNoEntry: false});
  if (!found) return {what: 'is missing', where: path, hint: RESTORE};
  if (bytes === null ? found.size > 0 : found.size === bytes) return null;
  const what = bytes === null ? 'is empty' : `is ${found.size} bytes long instead of ${bytes}`;
  return {what, where: path, hint: RESTORE};
}

/**
 * Tables of facts with fewer or more rows than the ledger says were accepted, in words. Of measurements, whose rows are
 * arranged anew, it is only asked whether every batch that had some has some.
 */
export async function wrongCounts(session: Session, holdings: Holdings): Promise<string[]> {
  const expected = new Map<string, Map<number, number>>();
  for (const {batch, rows} of holdings.batches()) {
    for (const {table, form, rows: count} of rows) {
      if (form === 'rejects' || batch === null || count === 0) continue;
      if (!expected.has(table)) expected.set(table, new Map());
      const ofTable = expected.get(table)!;
      ofTable.set(batch, (ofTable.get(batch) ?? 0) + count);
    }
  }
  const tables = Object.keys(CANONICAL).filter(table => table !== 'measurements');
  const counts = await session.rows<{name: string; n: number}>(
    tables.map(t => `select '${t}' as name, count(*) as n from fact.${t}`).join(' union all '),
  );
  const wrong: string[] = [];
  for (const {name, n} of counts) {
    const batches = expected.get(name) ?? new Map<number, number>();
    const accepted = [...batches.values()].reduce((sum, m) => sum + m, 0);
    if (n === accepted) continue;
    const stored = await session.rows<{batch: number; n: number}>(
      `select batch, count(*) as n from fact.${name} group by batch`,
    );
    const found = new Map(stored.map(s => [s.batch, s.n]));
    const differ = [...new Set([...batches.keys(), ...found.keys()])]
      .filter(b => (batches.get(b) ?? 0) !== (found.get(b) ?? 0))
      .sort((a, b) => a - b);
    wrong.push(`${name}: ${accepted} rows were accepted, ${n} are there (${batchesText(differ)})`);
  }
  const measured = [...(await stepTables(session)).map(factTable), 'fact.cells'];
  const stored = await session.rows<{batch: number}>(
    `select distinct batch from (${measured.map(t => `select distinct batch from ${t}`).join(' union all ')})`,
  );
  const found = new Set(stored.map(s => s.batch));
  const batches = [...(expected.get('measurements')?.keys() ?? [])];
  const lost = batches.filter(b => !found.has(b));
  const strange = [...found].filter(b => !expected.get('measurements')?.has(b));
  if (lost.length > 0) wrong.push(`measurements: none are there of ${batchesText(lost)}`);
  if (strange.length > 0) wrong.push(`measurements: nobody accepted those of ${batchesText(strange)}`);
  return wrong;
}

const batchesText = (batches: readonly number[]) =>
  `batch ${batches.slice(0, 5).join(', ')}${batches.length > 5 ? ` and ${batches.length - 5} more` : ''}`;

/** @throws WarehouseUnusable when the database says more than the ledger, or was made from another one */
export function refuseForeign(
  folder: string,
  applied: {seq: number; hash: string},
  entries: readonly LedgerEntry[],
): void {
  if (applied.seq === 0 || entries[applied.seq - 1]?.hash === applied.hash) return;
  throw new WarehouseUnusable(
    'short',
    applied.seq > entries.length
      ? `the ledger in ${folder} ends at entry ${entries.length}, but the database has entry ${applied.seq}: acknowledged entries are missing`
      : `the database in ${folder} was made from another ledger (entry ${applied.seq} differs)`,
    'run "fishbone verify" to see what is missing, then restore the ledger from a backup or run "fishbone rebuild"',
  );
}

/** @param lost a batch in the archive that lies beyond the ledger @throws WarehouseUnusable when there is one */
export function refuseShort(folder: string, lastSeq: number, lost: number | null): void {
  if (lost === null) return;
  throw new WarehouseUnusable(
    'short',
    `the ledger in ${folder} ends at entry ${lastSeq}, but the archive has batch files of entry ${lost}: acknowledged entries are missing`,
    'restore the ledger from a backup; the archive is left as it is',
  );
}
