import {statfs} from 'node:fs/promises';
import {AlertBook} from '../warehouse/alerts.ts';
import {growth} from '../warehouse/growth.ts';
import {Holdings} from '../warehouse/holdings.ts';
import {readSetAside} from '../warehouse/journal.ts';
import type {LedgerEntry} from '../warehouse/ledger.ts';
import {readLedger} from '../warehouse/ledger-read.ts';
import type {RetentionRules} from '../warehouse/retention.ts';
import {missingFiles} from '../warehouse/start-check.ts';
import {Keys} from './access/keys.ts';
import type {Check} from './doctor.ts';
import {examineDeliveries} from './doctor-deliveries.ts';

const SOON_DAYS = 30;
const BACKUP_DAYS = 7;
const KEY_DAYS = 14;
const DAY_MS = 86_400_000;

/** How the archive is: by the ledger and the lengths of files, so that a server may be at work meanwhile. */
export async function examineArchive(folder: string, rules: RetentionRules, now = new Date()): Promise<Check[]> {
  const entries: LedgerEntry[] = [];
  for await (const {entry} of readLedger(folder)) if (entry) entries.push(entry);
  const holdings = new Holdings(folder, () => entries);
  return [
    archive(folder, holdings),
    await room(folder, entries, holdings, rules, now),
    backup(entries, now),
    care(entries, holdings),
    await acknowledged(folder),
    ...examineDeliveries(entries, now),
    alerts(entries),
    keys(entries, now),
  ];
}

function archive(folder: string, holdings: Holdings): Check {
  const {problems} = missingFiles(folder, holdings);
  const [first] = problems;
  if (!first) return {what: 'archive', ok: true, detail: `${holdings.files().length + holdings.raw().size} files`};
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return {what: 'archive', ok: false, detail: `${first.where} ${first.what}${more}`, hint: first.hint};
}

/** Keys that end soon: whoever uses them is locked out then. */
function keys(entries: readonly LedgerEntry[], now: Date): Check {
  const noLedger = () => Promise.reject(new Error('nothing is written'));
  const book = new Keys({append: noLedger, entries: () => entries}, undefined, () => now.getTime());
  const until = now.getTime() + KEY_DAYS * DAY_MS;
  const working = book.list().filter(({id}) => book.works(id));
  const ending = working.filter(({expiresAt}) => expiresAt !== null && Date.parse(expiresAt) < until);
  // One that was rotated has its successor.
  const alone = ending.filter(({id, name}) => !working.some(other => other.name === name && other.id !== id));
  if (alone.length === 0)
    return {what: 'keys', ok: true, detail: `${working.length} work, none ends within ${KEY_DAYS} days`};
  const told = alone.map(({name, expiresAt}) => `${name} (${expiresAt!.slice(0, 10)})`).join(', ');
  return {what: 'keys', ok: false, detail: `end soon: ${told}`, hint: 'make others: fishbone key rotate NAME'};
}

async function acknowledged(folder: string): Promise<Check> {
  const aside = await readSetAside(folder);
  if (aside.length === 0) return {what: 'acknowledged', ok: true, detail: 'no inspection that no batch takes'};
  const detail = `${aside.length} requests with inspections that no batch takes, the first in ${aside[0].path}`;
  return {
    what: 'acknowledged',
    ok: false,
    detail,
    hint: 'see "fishbone quarantine list"; they are tried again at every start',
  };
}

async function room(
  folder: string,
  entries: readonly LedgerEntry[],
  holdings: Holdings,
  rules: RetentionRules,
  now: Date,
): Promise<Check> {
  const {bavail, bsize} = await statfs(folder);
  const freeBytes = bavail * bsize;
  const grown = await growth(folder, entries, holdings, {freeBytes, rules, now: now.toISOString()});
  const freed = grown.freedByRules > 0 ? `; retention would free ${size(grown.freedByRules)}` : '';
  if (grown.days < 1) return {what: 'growth', ok: true, detail: `no day of history yet${freed}`};
  const pace = `${size(grown.bytesADay)} a day over ${Math.round(grown.days)} days`;
  if (grown.fullInDays === null) return {what: 'growth', ok: true, detail: `nothing came in ${pace}${freed}`};
  // Beyond that the date says nothing, and JavaScript has none.
  const date =
    grown.fullInDays < 36_500
      ? ` (${new Date(now.getTime() + grown.fullInDays * DAY_MS).toISOString().slice(0, 10)})`
      : '';
  const ok = grown.fullInDays >= SOON_DAYS;
  const hint = 'make room, or set rules: "retention" in fishbone.json, then "fishbone retention --dry-run"';
  const detail = `full in about ${Math.floor(grown.fullInDays)} days${date} at ${pace}${freed}`;
  return {what: 'growth', ok, detail, hint: ok ? undefined : hint};
}

function backup(entries: readonly LedgerEntry[], now: Date): Check {
  const last = entries.findLast(e => e.kind === 'backup');
  const hint = '"fishbone backup DIR", DIR on another disk; it can be done while batches come in';
  if (!last) {
    const isNew = entries.length === 0 || now.getTime() - Date.parse(entries[0].at) < DAY_MS;
    return {
      what: 'backup',
      ok: isNew,
      warning: isNew && entries.some(e => e.kind === 'batch'),
      detail: 'never made',
      hint,
    };
  }
  const days = (now.getTime() - Date.parse(last.at)) / DAY_MS;
  const {folder, position} = last.body as {folder: string; position: number};
  const behind = entries.filter(e => e.kind === 'batch' && e.seq > last.seq).length;
  const ok = days <= BACKUP_DAYS || behind === 0;
  const detail = `${last.at} to ${folder}, up to batch ${position}; ${behind} batches since`;
  return {what: 'backup', ok, detail, hint: ok ? undefined : hint};
}

function care(entries: readonly LedgerEntry[], holdings: Holdings): Check {
  const own = holdings.batches().filter(({rows}) => rows.some(({file}) => file && !file.merged)).length;
  const last = (kind: string) => entries.findLast(e => e.kind === kind)?.at ?? 'never';
  const detail = `${own} batches with files of their own; compaction ${last('compaction')}, retention ${last('retention')}`;
  return {what: 'care', ok: true, detail};
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function alerts(entries: readonly LedgerEntry[]): Check {
  const open = new AlertBook()
    .follow(entries)
    .all()
    .filter(({state}) => state === 'open');
  if (open.length === 0) return {what: 'alerts', ok: true, detail: 'none open about the supply of data'};
  const names = [...new Set(open.map(({name}) => name))].sort().join(', ');
  return {what: 'alerts', ok: true, warning: true, detail: `${open.length} open: ${names}`, hint: 'fishbone alerts'};
}
