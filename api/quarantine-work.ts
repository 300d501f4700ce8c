/** What people do about the quarantine: replay many files at once, set aside what will not be taken in, take that back. */
import type {QueueGroup, Receipt} from '../warehouse/data-answers.ts';
import {NotFound} from '../warehouse/not-found.ts';
import {hidePersons} from '../warehouse/person-texts.ts';
import {type Group, listQueue, queueGroups} from '../warehouse/quarantine-queue.ts';
import type {QueueEntry} from '../warehouse/queue-decisions.ts';
import {idOf, triedFiles} from '../warehouse/tries.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {isAside} from './inspections/set-aside.ts';
import {type LoadOptions, replay} from './load-files.ts';
import {translateError} from './translate-error.ts';

export interface Which {
  /** A batch, a group of the queue, or what was set aside. */
  id?: string;
  all?: boolean;
  /** Files with open rows whose reason says this. */
  reason?: string;
}

/**
 * Tries again what was rejected. A single file that still cannot be read is an error; of many, each has its receipt.
 * @throws FishboneError USAGE unless exactly one of `id`, `all` and `reason` says which
 */
export async function replayWhich(app: App, which: Which, options: Omit<LoadOptions, 'dryRun'>): Promise<Receipt[]> {
  const said = [which.id, which.all || undefined, which.reason].filter(value => value !== undefined);
  if (said.length !== 1) {
    throw new FishboneError('USAGE', 'which rejected rows shall be tried again?', {
      hint: 'name one batch or group of "fishbone quarantine list", or --all, or --reason TEXT',
    });
  }
  if (which.id !== undefined && isAside(which.id)) return app.recorder.aside.replay(which.id);
  const groups = await openGroups(app, which);
  if (groups === null) return replay(app, which.id!, options);
  const receipts: Receipt[] = [];
  for (const {id, source, digest} of filesOf(groups)) {
    receipts.push(
      ...(await replay(app, id, options).catch((thrown: unknown): Receipt[] => {
        const {code, message} = translateError(thrown);
        if (code !== 'FILE_UNUSABLE' && code !== 'NOT_FOUND') throw thrown;
        return [{batch: null, digest, source, status: 'rejected', tables: [], notices: [`${id}: ${message}`]}];
      })),
    );
  }
  return receipts;
}

/** The groups that are meant, or null where a single batch is. */
async function openGroups(app: App, {id, reason}: Which): Promise<Group[] | null> {
  if (id !== undefined && !/^q[0-9a-f]{10}$/.test(id)) return null;
  const groups = await app.warehouse.read(undefined, session => queueGroups(app.warehouse, session));
  if (id !== undefined) {
    const found = groups.filter(group => group.id === id);
    if (found.length === 0) throw new NotFound(`there is no group "${id}": see "fishbone quarantine list"`);
    return found;
  }
  const open = groups.filter(group => group.open > 0);
  if (reason === undefined) return open;
  const said = open.filter(({kind}) => kind.toLowerCase().includes(reason.toLowerCase()));
  if (said.length > 0) return said;
  throw new NotFound(`no open row has a reason that says "${reason}": see "fishbone quarantine list"`);
}

/** Each file once, the oldest first. */
function filesOf(groups: readonly Group[]): {id: string; source: string; digest: string}[] {
  const waiting = groups.flatMap(({shares}) => shares.filter(s => s.waiting > 0 && !s.isSetAside));
  const entries = [...new Set(waiting.map(({tried}) => tried.entry))].sort((a, b) => a.seq - b.seq);
  return entries.map(entry => ({id: idOf(entry), source: entry.body.source, digest: entry.body.digest}));
}

/** @returns the groups that it is about, as they are now @throws NotFound */
export async function decideQueue(app: App, {reason, ...decision}: QueueEntry): Promise<QueueGroup[]> {
  const about = ({id, shares}: Pick<Group, 'id' | 'shares'>) =>
    id === decision.of || shares.some(({tried}) => idOf(tried.entry) === decision.of);
  const groups = await app.warehouse.read(undefined, session => queueGroups(app.warehouse, session));
  const ids = new Set(groups.filter(about).map(({id}) => id));
  if (ids.size === 0 && !triedFiles(app.warehouse.entries()).some(({entry}) => idOf(entry) === decision.of)) {
    throw new NotFound(`there is no group or batch "${decision.of}": see "fishbone quarantine list"`);
  }
  const body: QueueEntry = {...decision, reason: hidePersons(reason, app.warehouse.persons.names())};
  await app.warehouse.append('quarantine', body);
  return (await listQueue(app.warehouse)).filter(({id}) => ids.has(id));
}
