import {randomBytes} from 'node:crypto';
import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {makePlant} from '../ingest/demo-plant/plant.ts';
import {DEFAULTS, SCENARIOS} from '../ingest/demo-plant/scenarios.ts';
import {writePlant} from '../ingest/demo-plant/write.ts';
import type {ScreenAnswer} from '../warehouse/answers.ts';
import type {Receipt} from '../warehouse/data-answers.ts';
import {type App, hasWarehouse, openApp} from './app.ts';
import {isClaim} from './claim.ts';
import {FishboneError} from './errors.ts';
import {inferAndIngest} from './infer-images.ts';
import {ingest, isUnusable} from './load-files.ts';
import {runOperation} from './operations.ts';
import {type DemoMes, startDemoMes} from './write-back/demo-mes.ts';

export interface DemoOptions {
  scenario?: string;
  seed?: number;
  /** With all process parameters. */
  wide?: boolean;
  /** Starts the plant's MES, which takes the holds. */
  withMes?: boolean;
}

export interface Demo {
  app: App;
  answer: ScreenAnswer;
  /** The answer in words. */
  sentence: string;
  /** Stops the MES. */
  close: () => Promise<void>;
}

interface Progress {
  say: (line: string) => void;
  show: (done: number, total: number, what: string) => void;
  end: () => void;
}

/** Entries of kind 'demo': which plant a warehouse holds, and that all of it is in. */
type DemoEntry = {did: 'begin'; scenario: string; seed: number; wide: boolean} | {did: 'end'; defect: string | null};

const MODEL = 'surface-v1';

/**
 * The whole main job on a made-up plant: its systems' files are ingested, its images inspected, its hidden cause looked
 * for. A warehouse that holds the plant already is asked again, not filled again.
 * @throws FishboneError CONFLICT for a warehouse that holds anything else
 */
export async function demonstrate(folder: string, options: DemoOptions, progress: Progress): Promise<Demo> {
  if (options.scenario !== undefined && !Object.hasOwn(SCENARIOS, options.scenario)) {
    throw new FishboneError('USAGE', `there is no scenario "${options.scenario}"`, {
      hint: `the scenarios are ${Object.keys(SCENARIOS).join(', ')}`,
    });
  }
  const mes = options.withMes ? await startMes(folder) : null;
  const receivers = mes && {mes: {driver: 'webhook' as const, url: mes.url, secretFile: SECRET_FILE}};
  const close = async () => mes?.stop();
  try {
    await settleIn(folder);
    const app = await openApp(folder, {make: true, log: progress.say, config: {receivers: receivers ?? undefined}});
    try {
      const defect = await fill(app, options, progress);
      return {app, ...(await find(app, defect)), close};
    } catch (error) {
      await app.close();
      throw error;
    } finally {
      progress.end();
    }
  } catch (error) {
    await close();
    throw error;
  }
}

/** A new plant gets its own calendar, as any plant would configure it. */
async function settleIn(folder: string): Promise<void> {
  if (hasWarehouse(folder)) return;
  await mkdir(folder, {recursive: true});
  const configuration = {plant: 'hx-plant', timeZone: 'Europe/Berlin'};
  await writeFile(join(folder, 'fishbone.json'), `${JSON.stringify(configuration, null, 2)}\n`, {flag: 'wx'}).catch(
    (error: NodeJS.ErrnoException) => {
      // A configuration that somebody wrote stays.
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** @returns the planted defect, or null where nothing was planted */
async function fill(app: App, options: DemoOptions, progress: Progress): Promise<string | null> {
  const entries = app.warehouse.entries();
  const demo = entries.filter(({kind}) => kind === 'demo').map(({body}) => body as DemoEntry);
  const began = demo.find(entry => entry.did === 'begin');
  if (!began && app.warehouse.position > 0) {
    throw new FishboneError('CONFLICT', `${app.config.folder} holds other data: a made-up plant would spoil them`, {
      hint: 'give the demo a folder of its own: --warehouse FOLDER',
    });
  }
  const wanted = {
    scenario: options.scenario ?? began?.scenario ?? 'bad-tool',
    seed: options.seed ?? began?.seed ?? DEFAULTS.seed,
    wide: began?.wide ?? options.wide ?? true,
  };
  if (began && (began.scenario !== wanted.scenario || began.seed !== wanted.seed)) {
    const message = `${app.config.folder} holds the demo plant ${began.scenario}, seed ${began.seed}`;
    throw new FishboneError('CONFLICT', message, {hint: 'give another plant another folder: --warehouse FOLDER'});
  }
  const ended = demo.find(entry => entry.did === 'end');
  if (ended) return ended.defect;

  if (!began) await app.warehouse.append('demo', {did: 'begin', ...wanted} satisfies DemoEntry);
  const defect = await makeAndLoad(app, wanted, progress);
  await app.warehouse.append('demo', {did: 'end', defect} satisfies DemoEntry);
  return defect;
}

async function makeAndLoad(
  app: App,
  {wide, ...plantOptions}: {scenario: string; seed: number; wide: boolean},
  progress: Progress,
): Promise<string | null> {
  const folder = join(app.config.folder, 'demo-plant');
  progress.say('1/3 A plant works for seven weeks, and its systems export what they saw ...');
  const plant = makePlant(plantOptions);
  await writePlant(folder, plant, (done, total, what) => progress.show(done, total, `writing ${what}`));

  progress.say('2/3 The files are ingested ...');
  const files = (await filesIn(folder)).filter(file => !file.endsWith('truth.json'));
  const receipts: Receipt[] = [];
  const wideFiles = wide ? await filesIn(join(folder, 'wide')) : [];
  for (const [k, file] of [...files, ...wideFiles].entries()) {
    progress.show(k, files.length + wideFiles.length, 'files ingested');
    receipts.push(...(await ingest(app, [file], {wide: wideFiles.includes(file)})));
  }

  progress.say('3/3 The camera images of the newest lots are inspected ...');
  const inspected = await inferAndIngest(app, [join(folder, 'images')], {
    model: MODEL,
    onProgress: (done, total) => progress.show(done, total, 'images'),
  });
  progress.end();
  receipts.push(...inspected.receipts);
  const unusable = receipts.find(isUnusable);
  if (unusable) throw new FishboneError('FILE_UNUSABLE', unusable.notices.join('; '));
  const rows = receipts.flatMap(({tables}) => tables).reduce((sum, table) => sum + table.accepted, 0);
  progress.say(`${rows.toLocaleString('en')} rows from ${receipts.length} files are in ${app.config.folder}`);
  // What was written is kept as evidence in the archive; the images and the truth stay to be looked at.
  for (const file of [...files, ...wideFiles]) await rm(file);
  return plant.truth.cause?.defect ?? null;
}

async function find(app: App, defect: string | null): Promise<Pick<Demo, 'answer' | 'sentence'>> {
  const caller = {authenticated: null};
  const answer = await runOperation(app, 'screen', defect === null ? {anyFail: true} : {defect}, caller);
  const best = answer.findings.find(isClaim);
  if (!best) return {answer, sentence: 'Nothing stands out: no factor explains the failures better than chance.'};
  const {parts, lots, whereabouts} = await runOperation(app, 'contain', {target: best.id}, caller);
  const count = (n: number) => n.toLocaleString('en');
  const consumers = lots.filter(({role}) => role === 'consumer').length;
  const tookIn = consumers === 0 ? '' : ` and ${count(consumers)} that took some of them in`;
  const suspect = `${count(parts)} parts are suspect in ${count(lots.length - consumers)} lots${tookIn}; ${whereabouts}`;
  return {answer, sentence: `${best.sentence.replace(/\.$/, '')}; ${suspect}.`};
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true});
  const names = entries.filter(entry => entry.isFile()).map(({name}) => name);
  return names.sort().map(name => join(folder, name));
}

const SECRET_FILE = 'demo-mes.secret';

async function startMes(folder: string): Promise<DemoMes> {
  const path = join(folder, SECRET_FILE);
  const secret = await readFile(path, 'utf8').catch(() => null);
  if (secret !== null) return startDemoMes({secret: secret.trim()});
  const fresh = `whsec_${randomBytes(32).toString('base64')}`;
  await mkdir(folder, {recursive: true});
  await writeFile(path, `${fresh}\n`, {mode: 0o600});
  return startDemoMes({secret: fresh});
}
