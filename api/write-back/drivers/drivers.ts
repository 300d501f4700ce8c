import {resolve} from 'node:path';
import {z} from 'zod';
import {FishboneError} from '../../errors.ts';
import type {ResponseDo} from '../response-entries.ts';
import type {Driver} from './driver.ts';
import {HttpSettings, httpDriver, messagesOf, takesHolds} from './http.ts';
import {OpcuaReceiver} from './opcua-settings.ts';
import {SmtpSettings} from './smtp-settings.ts';
import {TrytonSettings, trytonDriver} from './tryton.ts';
import {WebhookSettings, webhookDriver} from './webhook.ts';

/** A receiver in `fishbone.json`. */
export const ReceiverSettings = z.discriminatedUnion('driver', [
  WebhookSettings,
  TrytonSettings,
  HttpSettings,
  SmtpSettings,
  OpcuaReceiver,
]);

export type ReceiverConfig = z.output<typeof ReceiverSettings>;

/**
 * The way to each configured receiver, by its name.
 * @param config.folder what relative secret files are relative to
 * @throws FishboneError RECEIVER_INVALID naming the receiver
 */
export async function openDrivers(config: {
  receivers: Record<string, ReceiverConfig>;
  allowHosts?: readonly string[];
  folder: string;
}): Promise<Record<string, Driver>> {
  const drivers: Record<string, Driver> = {};
  for (const [name, receiver] of Object.entries(config.receivers)) {
    drivers[name] = await openDriver(name, receiver, config.allowHosts ?? [], config.folder);
  }
  return drivers;
}

/** In words, what kind of receiver it is, and how far its driver was proven. */
export function kindOf(receiver: ReceiverConfig): string {
  if (receiver.driver === 'tryton') return 'tryton, run against Tryton 7.0';
  if (receiver.driver === 'webhook') return 'webhook';
  if (receiver.driver === 'smtp') return `mail by ${receiver.host}`;
  if (receiver.driver === 'opcua') {
    const may = [...Object.keys(receiver.nodes), ...Object.keys(receiver.methods)];
    return `opcua, may adjust ${may.join(', ') || 'nothing'}`;
  }
  if (receiver.preset === undefined) return 'http, a plan of your own';
  return `http, ${receiver.preset}: shape-tested against fixtures`;
}

/** Whether a receiver is told of holds. */
export function isToldOfHolds(receiver: ReceiverConfig): boolean {
  if (receiver.driver === 'webhook') return receiver.holds !== false;
  if (receiver.driver === 'smtp' || receiver.driver === 'opcua') return false;
  return receiver.driver === 'tryton' || takesHolds(receiver);
}

/** What response rules may send to a receiver. */
export function takenBy(receiver: ReceiverConfig): readonly ResponseDo[] {
  if (receiver.driver === 'webhook') return ['result', 'rework', 'nonconformance', 'notify', 'completion'];
  if (receiver.driver === 'smtp') return ['notify'];
  if (receiver.driver === 'opcua') return ['adjust'];
  return receiver.driver === 'tryton' ? [] : messagesOf(receiver);
}

/** The files that nobody else should read. */
export function secretFiles(receiver: ReceiverConfig): string[] {
  if (receiver.driver === 'webhook') return [receiver.secretFile];
  if (receiver.driver === 'tryton') return [receiver.passwordFile];
  if (receiver.driver === 'smtp' || receiver.driver === 'opcua')
    return receiver.passwordFile === undefined ? [] : [receiver.passwordFile];
  const auth: Record<string, unknown> = receiver.auth ?? {};
  return Object.entries(auth).flatMap(([field, path]) => (field.endsWith('File') ? [String(path)] : []));
}

async function openDriver(name: string, receiver: ReceiverConfig, allowHosts: readonly string[], folder: string) {
  switch (receiver.driver) {
    case 'webhook':
      return webhookDriver(name, {...receiver, secretFile: resolve(folder, receiver.secretFile)}, allowHosts);
    case 'tryton':
      return trytonDriver(name, {...receiver, passwordFile: resolve(folder, receiver.passwordFile)}, allowHosts);
    case 'smtp':
      return (await import('./smtp.ts')).smtpDriver(name, receiver, allowHosts, folder);
    case 'opcua':
      // Loaded when there is such a receiver: every command would wait for it.
      return (await import('./opcua.ts')).opcuaDriver(name, receiver, allowHosts, folder);
    case 'http':
      return httpDriver(name, receiver, allowHosts, folder);
    default: {
      const {driver} = receiver as {driver: unknown};
      throw new FishboneError('RECEIVER_INVALID', `receiver ${name}: there is no driver '${String(driver)}'`);
    }
  }
}
