import {access, constants, stat, statfs} from 'node:fs/promises';
import {freemem, totalmem} from 'node:os';
import {dirname, join} from 'node:path';
import type {FeedState} from '../ingest/feeds/state.ts';
import {readLedger} from '../warehouse/ledger-read.ts';
import type {RetentionRules} from '../warehouse/retention.ts';
import {hasWarehouse} from './app.ts';
import {readConfig, USUAL_PORT} from './config.ts';
import {examineArchive} from './doctor-archive.ts';
import {clocks, permissions, port, versions} from './doctor-machine.ts';
import {examineReceivers, examineSources} from './doctor-receivers.ts';
import {findServer} from './running-server.ts';
import {translateError} from './translate-error.ts';
import {kindOf, openDrivers} from './write-back/drivers/drivers.ts';

export interface Check {
  what: string;
  ok: boolean;
  /** Not wrong yet, but it should not stay so. */
  warning?: boolean;
  detail: string;
  hint?: string;
}

const GIGABYTE = 1e9;
const DISK_MIN_GB = 2;
const MEMORY_MIN_GB = 1;

/** Looks at what Fishbone needs of a machine and of its configuration; changes nothing. */
export async function examine(folder: string): Promise<{ok: boolean; checks: Check[]}> {
  const checks = [
    node(),
    versions(),
    memory(),
    await clock(),
    await clocks(folder, await newestEntry(folder)),
    await disk(folder),
    ...(await rights(folder)),
    ...((await findServer(folder)) ? [] : [await port(USUAL_PORT)]),
    await warehouse(folder),
    await settings(folder),
    ...(await modules(folder)),
    ...(await feeds(folder)),
    ...(await examineReceivers(folder)),
  ];
  if (hasWarehouse(folder)) checks.push(...(await examineArchive(folder, await rulesOf(folder))));
  return {ok: checks.every(({ok}) => ok), checks};
}

function node(): Check {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const detail = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  return {what: 'runtime', ok, detail, hint: ok ? undefined : 'install Node 20.19 or newer'};
}

function memory(): Check {
  const total = Math.min(process.constrainedMemory() || totalmem(), totalmem()) / GIGABYTE;
  const detail = `${total.toFixed(1)} GB, ${(freemem() / GIGABYTE).toFixed(1)} GB of it free`;
  const ok = total >= MEMORY_MIN_GB;
  return {what: 'memory', ok, detail, hint: ok ? undefined : `give it ${MEMORY_MIN_GB} GB or more`};
}

/** When the ledger was written last; null without one. */
async function newestEntry(folder: string): Promise<string | null> {
  if (!hasWarehouse(folder)) return null;
  let newest: string | null = null;
  for await (const {entry} of readLedger(folder)) newest = entry?.at ?? newest;
  return newest;
}

async function rights(folder: string): Promise<Check[]> {
  const config = await readConfig(folder).catch(() => ({receivers: {}, feeds: {}}));
  return permissions(folder, config);
}

/** A clock that is years off writes wrong times into the ledger for ever. */
async function clock(): Promise<Check> {
  const {mtimeMs: installedMs} = await stat(new URL('../package.json', import.meta.url));
  const ok = Date.now() >= installedMs - 86_400_000;
  const detail = new Date().toISOString();
  return {what: 'clock', ok, detail, hint: ok ? undefined : 'it is set to before this was installed: set the clock'};
}

async function disk(folder: string): Promise<Check> {
  try {
    const place = await nearest(folder);
    await access(place, constants.W_OK);
    const {bavail, bsize} = await statfs(place);
    const free = (bavail * bsize) / GIGABYTE;
    const ok = free >= DISK_MIN_GB;
    const hint = ok ? undefined : `make room: less than ${DISK_MIN_GB} GB is soon full`;
    return {what: 'disk', ok, detail: `${free.toFixed(1)} GB free at ${place}`, hint};
  } catch (error) {
    return {what: 'disk', ok: false, detail: (error as Error).message, hint: 'choose a folder that may be written to'};
  }
}

/** The folder itself, or the next one above that exists. */
async function nearest(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    return dirname(folder) === folder ? folder : nearest(dirname(folder));
  }
}

async function warehouse(folder: string): Promise<Check> {
  if (!hasWarehouse(folder)) return {what: 'warehouse', ok: true, detail: `none in ${folder} yet`};
  const server = await findServer(folder);
  return server ? served(folder, server.address) : {what: 'warehouse', ok: true, detail: folder};
}

const PATIENCE_MS = 10_000;

/** A server that runs is not yet one that works: it knows best what it lacks. */
async function served(folder: string, address: string): Promise<Check> {
  const what = 'warehouse';
  const detail = `${folder}, served at ${address}`;
  try {
    const answer = await fetch(new URL('/readyz', address), {signal: AbortSignal.timeout(PATIENCE_MS)});
    if (answer.ok) return {what, ok: true, detail};
    const [, ...reasons] = (await answer.text()).trim().split('\n');
    const hint = 'what was acknowledged is safe; its log says since when, and a restart tries again';
    return {what, ok: false, detail: `${detail}, is not ready: ${reasons.join('; ')}`, hint};
  } catch (error) {
    const {message, cause} = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    const hint = 'it may be starting or stopping, or busy: look again, then at its log';
    return {what, ok: true, warning: true, detail: `${detail}, which does not answer: ${why}`, hint};
  }
}

async function settings(folder: string): Promise<Check> {
  try {
    const {timeZone, chosenTimeZone, receivers, allowHosts, responses} = await readConfig(folder);
    await openDrivers({receivers, allowHosts, folder});
    const zone = chosenTimeZone ?? `${timeZone} (not configured)`;
    const names = Object.entries(receivers).map(([name, receiver]) => `${name} (${kindOf(receiver)})`);
    const rules = Object.keys(responses);
    const told = rules.length > 0 ? `; response rules: ${rules.join(', ')}` : '';
    const detail = `time zone ${zone}; receivers: ${names.length > 0 ? names.join(', ') : 'none'}${told}`;
    return {what: 'configuration', ok: true, detail};
  } catch (error) {
    const {message, hint} = translateError(error);
    return {what: 'configuration', ok: false, detail: message, hint};
  }
}

/** Whether the modules that the configuration names are there; nothing of them is run for that. */
async function modules(folder: string): Promise<Check[]> {
  const {variables, methods} = await readConfig(folder).catch(() => ({variables: {}, methods: {}}));
  const named = [...Object.entries<string>(variables), ...Object.entries<string>(methods)];
  if (named.length === 0) return [];
  const lacking: string[] = [];
  for (const [name, path] of named) {
    await access(join(folder, path), constants.R_OK).catch(() => lacking.push(`${name} (${join(folder, path)})`));
  }
  const names = named.map(([name]) => name).join(', ');
  if (lacking.length === 0) return [{what: 'modules', ok: true, detail: names}];
  const hint = 'correct their paths in fishbone.json: they start from its folder';
  return [{what: 'modules', ok: false, detail: `cannot be read: ${lacking.join(', ')}`, hint}];
}

/** What is configured can be told always; how it stands, only while a server runs it. */
async function feeds(folder: string): Promise<Check[]> {
  const configured = await readConfig(folder).then(
    config => Object.keys(config.feeds),
    () => [],
  );
  if (configured.length === 0) return [];
  const server = await findServer(folder);
  if (!server) {
    const detail = `${configured.join(', ')}: not running`;
    const hint = 'they run with the server: "fishbone serve"';
    return [{what: 'feeds', ok: true, warning: true, detail, hint}, ...(await examineSources(folder))];
  }
  // A server that does not answer is nothing that a look may fail of.
  const answer = (await server.call('feeds', {}).catch((error: Error) => error)) as {feeds: FeedState[]} | Error;
  if (answer instanceof Error) return [{what: 'feeds', ok: false, detail: answer.message}];
  return answer.feeds.map(({name, state, lastAt, behind, rejected, lastError}) => {
    const ok = state === 'connected';
    const detail = `${name} is ${state}; last ${lastAt ?? 'nothing yet'}; ${behind} behind, ${rejected} rejected`;
    return {what: 'feed', ok, detail, hint: ok ? undefined : (lastError?.message ?? 'it has only begun: look again')};
  });
}

async function rulesOf(folder: string): Promise<RetentionRules> {
  // A configuration that cannot be read is a finding of its own.
  return readConfig(folder).then(
    ({retention}) => retention,
    () => ({}),
  );
}
