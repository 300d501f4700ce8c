// What the tests of response rules share: a server's application without a network, and the demo MES as the receiver.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {onTestFinished, vi} from 'vitest';
import {type App, type OpenOptions, openApp} from '../../../api/app.ts';
import {InspectionInput} from '../../../api/inspections/input.ts';
import {ingest} from '../../../api/load-files.ts';
import {ResponsesSettings, type Rule} from '../../../api/responses/settings.ts';
import {type DemoMes, type Fault, startDemoMes} from '../../../api/write-back/demo-mes.ts';
import type {ReceiverConfig} from '../../../api/write-back/drivers/drivers.ts';
import {temporaryFolder} from '../plant.ts';

export const SECRET = `whsec_${Buffer.from('a secret of 24 bytes ...').toString('base64')}`;
export const MINUTE = 60_000;

/** Rules as somebody writes them. */
export const rulesOf = (rules: Record<string, unknown>): Record<string, Rule> => ResponsesSettings.parse(rules);

export async function demoMes(faults?: (post: {n: number; id: string}) => Fault | null): Promise<DemoMes> {
  const mes = await startDemoMes({secret: SECRET, faults});
  onTestFinished(() => mes.stop());
  return mes;
}

export const webhook = (url: string): ReceiverConfig => ({
  driver: 'webhook',
  url,
  secretFile: 'secret',
  timeoutMs: 5_000,
});

/** @param how.serves false: nothing fires and nothing is sent */
export async function plantWith(
  config: OpenOptions['config'],
  {
    folder = temporaryFolder(),
    serves = true,
    log,
  }: {folder?: string; serves?: boolean; log?: (line: string) => void} = {},
): Promise<{app: App; folder: string}> {
  writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
  const app = await openApp(folder, {make: true, config, log});
  onTestFinished(() => app.close().catch(() => undefined));
  if (serves) {
    await app.startDelivery();
    await app.startResponses();
  }
  return {app, folder};
}

/** Inspections as they come in real time. */
export const inspect = (app: App, ...rows: Record<string, unknown>[]) =>
  app.recorder.record(rows.map(row => InspectionInput.parse({result: 'fail', ...row})));

/** Rows of any table, as a file that somebody drops. */
export async function rows(app: App, table: string, values: Record<string, string | number>[]): Promise<void> {
  const path = join(temporaryFolder(), `${table}.ndjson`);
  writeFileSync(path, values.map(row => `${JSON.stringify(row)}\n`).join(''));
  const [receipt] = await ingest(app, [path], {table});
  if (receipt.status !== 'accepted') throw new Error(`${table}: ${receipt.status}: ${receipt.notices.join('; ')}`);
}

export const soon = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, {timeout: 120_000, interval: 20});
