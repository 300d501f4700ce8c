/**
 * Images a second from files to verdicts, beside decoding alone and the model alone in this process, and the processor's
 * time that each image takes, which others on the machine disturb less; how long one image takes; how much memory many take.
 *   npx tsx test/bench/images.ts [images for throughput = 2000] [images for memory = 20000]
 */
import {execFileSync} from 'node:child_process';
import {linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import sharp from 'sharp';
import {aboutImages} from '../../inference/about.ts';
import {decode} from '../../inference/decode.ts';
import {findImages} from '../../inference/images.ts';
import {inOrder} from '../../inference/in-order.ts';
import {inferOne} from '../../inference/infer.ts';
import {Judges} from '../../inference/judges.ts';
import {preprocess} from '../../inference/preprocess.ts';
import {loadModel} from '../../inference/registry.ts';
import {openSession} from '../../inference/session.ts';
import {drawSurface, encodePng} from '../../ingest/demo-plant/image.ts';

const [throughput = 2_000, many = 20_000] = process.argv.slice(2).map(Number);
const DISTINCT = 64;
const BATCH = 8;
const REPEATS = 3;
const WARM = 1_000;

const home = mkdtempSync(join(tmpdir(), 'fishbone-bench-images-'));
const model = await loadModel('surface-v1');
const about = await aboutImages({fileNames: '{part}'});
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; ${throughput} images, best of ${REPEATS}`,
);

interface Rate {
  perSecond: number;
  /** Of the processor, an image. */
  cpuMs: number;
}

/** @param pids processes whose processor time counts besides this one's @returns a function that stops it */
function startClock(pids: readonly number[] = []): (images: number) => Rate {
  const cpu = () =>
    (process.cpuUsage().user + process.cpuUsage().system) / 1000 + pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const [begun, before] = [performance.now(), cpu()];
  return images => ({
    perSecond: images / ((performance.now() - begun) / 1000),
    cpuMs: (cpu() - before) / images,
  });
}

/** On Linux, in ticks of 10 ms. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Surfaces as the demo plant draws them, 128 x 128, or the same enlarged to a megapixel. */
async function pictures(format: 'png' | 'jpeg', side: 128 | 1024, count: number): Promise<string> {
  const source = join(home, `${format}-${side}-source`);
  const folder = join(home, `${format}-${side}-${count}`);
  mkdirSync(source, {recursive: true});
  mkdirSync(folder);
  for (let k = 0; k < DISTINCT; k++) {
    const drawn = encodePng(drawSurface({kind: k % 4 === 0 ? 'scratch' : 'good', seed: 1_310_000_000 + k}));
    const gray = sharp(drawn).resize(side, side).toColourspace('b-w');
    writeFileSync(
      join(source, String(k)),
      side === 128 && format === 'png' ? drawn : await gray.toFormat(format).toBuffer(),
    );
  }
  for (let k = 0; k < count; k++) linkSync(join(source, String(k % DISTINCT)), join(folder, `${k}.${format}`));
  return folder;
}

async function pathsIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const found of findImages([folder])) if ('image' in found) paths.push(found.image);
  return paths;
}

/** Reading and decoding alone, as many at once as one process of the pipeline has on its way. */
async function decodeAlone(folder: string): Promise<Rate> {
  const paths = await pathsIn(folder);
  for (const path of paths.slice(0, 50)) await decode(await readFile(path), model.card.input);
  const clock = startClock();
  for (let k = 0; k < paths.length; k += 2 * BATCH) {
    const some = paths.slice(k, k + 2 * BATCH);
    await Promise.all(some.map(async path => decode(await readFile(path), model.card.input)));
  }
  return clock(paths.length);
}

/** `session.run` alone, on tensors that are there already, on one thread. */
async function runAlone(folder: string): Promise<Rate> {
  const run = await openSession(model);
  const {input} = model.card;
  const some = (await pathsIn(folder)).slice(0, BATCH);
  const tensor = new Float32Array(BATCH * input.channels * input.height * input.width);
  for (const [k, path] of some.entries()) {
    const image = await decode(readFileSync(path), input);
    if ('reason' in image) throw new Error(image.reason);
    preprocess(image, input, tensor, k);
  }
  for (let k = 0; k < 20; k++) await run(tensor, BATCH);
  const runs = Math.ceil(throughput / BATCH);
  const clock = startClock();
  for (let k = 0; k < runs; k++) await run(tensor, BATCH);
  return clock(runs * BATCH);
}

async function pipeline(folder: string, workers: number, keepIn: string | null): Promise<Rate> {
  const judges = await Judges.open(model, {workers, batchSize: BATCH});
  const all = (of: string) =>
    inOrder(
      findImages([of]),
      judges.capacity,
      async found => 'image' in found && inferOne(judges, found.image, about, keepIn),
    );
  try {
    // All processes are there, and warm, before the clock starts.
    const some = (await pathsIn(folder)).slice(0, 100);
    for (let k = 0; k < 3 || (judges.pids.length < workers && k < 50); k++) {
      await Promise.all(some.map(path => judges.judge({path, keepIn: null})));
    }
    const clock = startClock(judges.pids);
    let count = 0;
    for await (const one of all(folder)) if (one) count++;
    return clock(count);
  } finally {
    await judges.close();
  }
}

async function best(measure: () => Promise<Rate>): Promise<Rate> {
  const all: Rate[] = [];
  for (let k = 0; k < REPEATS; k++) all.push(await measure());
  return {
    perSecond: Math.round(Math.max(...all.map(({perSecond}) => perSecond))),
    cpuMs: Math.min(...all.map(({cpuMs}) => cpuMs)),
  };
}

for (const side of [128, 1024] as const) {
  for (const format of ['png', 'jpeg'] as const) {
    const folder = await pictures(format, side, side === 128 ? throughput : Math.ceil(throughput / 4));
    const decoded = await best(() => decodeAlone(folder));
    const ran = await best(() => runAlone(folder));
    const one = await best(() => pipeline(folder, 1, null));
    const two = await best(() => pipeline(folder, 2, null));
    const kept = await pipeline(folder, 2, mkdtempSync(join(home, 'kept-')));
    const share = ({perSecond}: Rate, workers: number) =>
      (perSecond / Math.min(decoded.perSecond, ran.perSecond * workers)).toFixed(2);
    const cpu = (rate: Rate) => `${rate.perSecond}/s, ${rate.cpuMs.toFixed(2)} ms of processor`;
    console.log(
      [
        `${format} ${side} x ${side}`,
        `decode alone ${cpu(decoded)}`,
        `model alone ${cpu(ran)}`,
        `1 process ${cpu(one)} (${share(one, 1)} of the slower)`,
        `2 processes ${cpu(two)} (${share(two, 2)}; both alone take ${((decoded.cpuMs + ran.cpuMs) / two.cpuMs).toFixed(2)} of its processor time)`,
        `${DISTINCT} distinct images kept ${Math.round(kept.perSecond)}/s`,
      ].join('\n  '),
    );
    await latency(folder, `${format} ${side} x ${side}`);
  }
}
await memory();
rmSync(home, {recursive: true});

async function latency(folder: string, what: string): Promise<void> {
  const judges = await Judges.open(model, {workers: 1});
  const paths = (await pathsIn(folder)).slice(0, 320);
  const took: number[] = [];
  for (const path of paths) {
    const begun = performance.now();
    await judges.judge({path, keepIn: null});
    took.push(performance.now() - begun);
  }
  await judges.close();
  const sorted = took.slice(20).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
  console.log(`  one at a time, ${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

function rssOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) * 1024;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

/** Resident memory of this process and of those that judge, as many images go through. */
async function memory(): Promise<void> {
  const folder = await pictures('jpeg', 128, many);
  const judges = await Judges.open(model, {workers: 2});
  const begun = performance.now();
  let count = 0;
  for await (const one of inOrder(
    findImages([folder]),
    judges.capacity,
    async found => 'image' in found && inferOne(judges, found.image, about, null),
  )) {
    // The first of these when all is warm: what is held from then on should not grow with the number of images.
    if (!one || (++count !== WARM && count % Math.floor(many / 5) !== 0)) continue;
    const here = process.memoryUsage().rss;
    const there = judges.pids.map(rssOf);
    console.log(
      `  after ${count} images: ${megabytes(here)} MB here, ${there.map(megabytes).join(' and ')} MB in the processes`,
    );
  }
  console.log(`${many} images: ${Math.round(count / ((performance.now() - begun) / 1000))}/s`);
  await judges.close();
}
