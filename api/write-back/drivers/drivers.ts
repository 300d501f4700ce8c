import {resolve} from 'node:path';
import {FishboneError} from '../../errors.ts';
import type {Driver} from './driver.ts';
import {type WebhookConfig, webhookDriver} from './webhook.ts';

/** The receivers of `fishbone.json`. */
export type ReceiverConfig = {driver: 'webhook'} & WebhookConfig;

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
    const settings = {...receiver, secretFile: resolve(config.folder, receiver.secretFile)};
    if (receiver.driver === 'webhook') drivers[name] = await webhookDriver(name, settings, config.allowHosts ?? []);
    else
      throw new FishboneError('RECEIVER_INVALID', `receiver ${name}: there is no driver '${String(receiver.driver)}'`);
  }
  return drivers;
}
