import {readConfig} from './config.ts';
import type {Check} from './doctor.ts';
import {reach, reachOpcua} from './write-back/drivers/reach.ts';

/** Somebody waits for the answer, and what needs longer to greet is slow for deliveries too. */
const TIMEOUT_MS = 3_000;

/**
 * Whether those whom Fishbone tells can be reached from here: the MES, the mail server, the machines. They are connected to
 * at the same time; nothing is sent.
 */
export async function examineReceivers(folder: string, timeoutMs = TIMEOUT_MS): Promise<Check[]> {
  // A configuration that cannot be read is a finding of its own.
  const config = await readConfig(folder).catch(() => null);
  if (!config) return [];
  const {receivers, allowHosts} = config;
  const reached = await Promise.all(
    Object.entries(receivers).map(([name, receiver]) => reach(name, receiver, {allowHosts, folder, timeoutMs})),
  );
  return reached.map(found => ({what: 'receiver', ...found}));
}

/** The servers that OPC UA feeds would read from, for when no server runs that could say how the feeds stand. */
export async function examineSources(folder: string, timeoutMs = TIMEOUT_MS): Promise<Check[]> {
  const {feeds} = await readConfig(folder).catch(() => ({feeds: {}}));
  const asked = Object.entries(feeds).flatMap(([name, feed]) =>
    feed.kind === 'opcua' ? [reachOpcua(name, feed, timeoutMs)] : [],
  );
  return (await Promise.all(asked)).map(found => ({what: 'feed', ...found}));
}
