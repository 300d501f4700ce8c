/** The quarantine as work to do: rejected rows by source, table, field and kind of reason, the most rows first. */
import {createHash} from 'node:crypto';
import type {QueueGroup} from './data-answers.ts';
import type {Session} from './duckdb.ts';
import {relationOf} from './holdings.ts';
import {tellPersons} from './person-texts.ts';
import {query} from './queries.ts';
import {QueueDecisions} from './queue-decisions.ts';
import {REJECT_KIND} from './reject-kind.ts';
import {sourceOf} from './source-of.ts';
import type {Warehouse} from './store.ts';
import {idOf, isRefused, type Tried, triedFiles} from './tries.ts';

/** Of how many groups a row is shown. */
const SHOWN = 50;
/** Of how many files the ids are listed. */
const FILES = 100;

/** The rows of one file that belong to a group. */
interface Share {
  tried: Tried;
  waiting: number;
  replayed: number;
  isSetAside: boolean;
  line: number | null;
}

export interface Group extends Omit<QueueGroup, 'example'> {
  shares: Share[];
}

type Counted = {root: number; table: string; field: string | null; kind: string} & Pick<
  Share,
  'waiting' | 'replayed' | 'line'
>;

/** Groups with their files; `session` reads at the newest position. */
export async function queueGroups(warehouse: Warehouse, session: Session): Promise<Group[]> {
  const files = triedFiles(warehouse.entries());
  if (files.length === 0) return [];
  const decisions = new QueueDecisions(warehouse.entries());
  await session.run(REJECT_KIND);
  const counted = await session.rows<Counted>(query('reject-queue'), {
    roots: files.map(({entry}) => entry.seq),
    latest: files.map(({latest}) => latest.seq),
  });
  const bySeq = new Map(files.map(tried => [tried.entry.seq, tried]));
  const shares = counted.map(({root, table, field, kind, waiting, replayed, line}) => {
    const tried = bySeq.get(root)!;
    const of: Of = {source: sourceOf(tried.entry.body.source), unit: 'row', table, field, kind};
    return {of, tried, waiting, replayed, line};
  });
  for (const tried of files) {
    const {refused, source} = tried.entry.body;
    if (refused === undefined) continue;
    const kind = (await session.row<{kind: string}>('select reject_kind($refused) as kind', {refused})).kind;
    const still = isRefused(tried);
    shares.push({
      of: {source: sourceOf(source), unit: 'file', table: '', field: null, kind},
      tried,
      waiting: still ? 1 : 0,
      replayed: still ? 0 : 1,
      line: null,
    });
  }
  const groups = new Map<string, Group>();
  for (const {of, ...share} of shares) {
    const id = groupId(of);
    const group = groups.get(id) ?? emptyGroup(id, of);
    groups.set(id, group);
    add(group, share, decisions);
  }
  return [...groups.values()].sort((a, b) => b.open - a.open || b.setAside - a.setAside || (a.id < b.id ? -1 : 1));
}

/** The queue for people: with an example of each of the largest groups, as it was sent. */
export function listQueue(warehouse: Warehouse): Promise<QueueGroup[]> {
  return warehouse.read(undefined, async session => {
    const groups = await queueGroups(warehouse, session);
    const told: QueueGroup[] = [];
    for (const [k, {shares, ...group}] of groups.entries()) {
      const example = k < SHOWN ? await exampleOf(warehouse, session, group, shares) : null;
      told.push({...tellPersons(group, warehouse.persons.names()), files: group.files.slice(0, FILES), example});
    }
    return told;
  });
}

type Of = Pick<QueueGroup, 'source' | 'unit' | 'table' | 'field' | 'kind'>;

function groupId({source, unit, table, field, kind}: Of): string {
  const text = JSON.stringify([source, unit, table, field, kind]);
  return `q${createHash('sha256').update(text).digest('hex').slice(0, 10)}`;
}

function emptyGroup(id: string, of: Of): Group {
  return {
    id,
    ...of,
    state: 'replayed',
    open: 0,
    replayed: 0,
    setAside: 0,
    files: [],
    fileCount: 0,
    oldestAt: null,
    newestAt: null,
    decided: null,
    advice: adviceOf(of),
    shares: [],
  };
}

function add(group: Group, share: Omit<Share, 'isSetAside'>, decisions: QueueDecisions): void {
  const {entry} = share.tried;
  const decided = decisions.setAside(entry.seq, [group.id, idOf(entry)]);
  group.shares.push({...share, isSetAside: decided !== null});
  group.replayed += share.replayed;
  if (share.waiting === 0) return;
  if (decided) {
    group.setAside += share.waiting;
    group.decided = decided;
    if (group.state === 'replayed') group.state = 'set aside';
    return;
  }
  group.open += share.waiting;
  group.state = 'open';
  group.files.push(idOf(entry));
  group.fileCount++;
  group.oldestAt ??= entry.at;
  group.newestAt = entry.at;
}

async function exampleOf(
  warehouse: Warehouse,
  session: Session,
  {table, field, unit}: Of,
  shares: readonly Share[],
): Promise<QueueGroup['example']> {
  const share = shares.findLast(s => s.waiting > 0 && !s.isSetAside) ?? shares.findLast(s => s.waiting > 0);
  if (!share) return null;
  const {entry, latest} = share.tried;
  const at = {file: entry.body.source, batch: idOf(entry), line: share.line};
  if (unit === 'file') return {...at, reason: latest.body.refused ?? '', row: {}};
  for (const {form, file} of warehouse.holdings.rowsOf(latest.seq)) {
    if (form !== 'rejects' || file === null) continue;
    // As sent, so it is read where it stays: in the archive.
    const [row] = await session.rows<{reason: string; row: string}>(
      `select reason, "row"::varchar as "row" from ${relationOf(file, latest.seq)}
       where "table" = $table and field is not distinct from $field and line is not distinct from $line limit 1`,
      {table, field, line: share.line},
    );
    if (row) return {...at, reason: row.reason, row: JSON.parse(row.row) as Record<string, string | null>};
  }
  return null;
}

/** What is mostly the way out, by what is wrong. */
function adviceOf({kind, unit}: Of): string {
  if (unit === 'file') return 'say how it is to be read (--mapping, --table, --wide, --time-zone), and replay it';
  if (kind.startsWith('not in the mapping')) return 'add the value to the mapping, and replay with --mapping';
  if (kind.startsWith('a time without an offset')) return 'say which --time-zone it is, and replay';
  if (/^not a (number|whole number|time)/.test(kind))
    return 'if the file means something else by it, say so in a mapping and replay; if not, correct it where it comes from';
  return 'correct it where it comes from and send it again, or set it aside with the reason';
}
