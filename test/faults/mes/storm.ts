/**
 * Holds through all that a receiver can do wrong, while Fishbone is killed again and again. People go on as people do:
 * who got no answer asks again, and what the MES refused is settled by a person.
 */
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {Hold} from '../../../warehouse/hold-answers.ts';
import {drawsFrom} from '../random.ts';
import {type Account, accountOf, type Deed} from './account.ts';
import {makePlant, type StormPlant} from './plant.ts';
import {command, type Mes, Served, startMes} from './processes.ts';

export interface StormOrder {
  folder: string;
  holds: number;
  lots: number;
  populations: number;
  seed: number;
  /** Between a start and the next kill, at least and at most. */
  killAfterMs: [number, number];
  log?: (line: string) => void;
}

const SECRET = `whsec_${Buffer.from('what only the MES and Fishbone know').toString('base64')}`;
const TIMEOUT_MS = 1_000;
const PEOPLE = 8;
const RELEASED_SHARE = 0.3;
/** Time for a message to arrive before somebody looks what became of it. */
const LOOK_AFTER_MS = 1_500;

/** `blind` carries out whatever comes; `keyed` tells repetitions by their id, and may be later than anybody waits for. */
const RECEIVERS = {blind: {keyed: false}, keyed: {keyed: true}};

export interface StormReport extends Account {
  kills: number;
  slowestStartMs: number;
  seconds: number;
  verify: number | null;
  stopped: number | null;
}

/** What has to be found after a storm. */
export const NOTHING_WRONG = {
  lost: [],
  twice: [],
  undecided: [],
  outOfOrder: [],
  wrongState: [],
  disagreements: [],
  trapped: [],
  forged: [],
  verify: 0,
  stopped: 0,
};

export async function storm(order: StormOrder): Promise<StormReport> {
  const {folder, seed, killAfterMs, log = () => undefined} = order;
  const random = drawsFrom(seed);
  const mesOf: Record<string, Mes> = {};
  let server: Served | null = null;
  try {
    for (const [name, {keyed}] of Object.entries(RECEIVERS)) {
      const journal = join(folder, `${name}.ndjson`);
      const faulty = {journal, secret: SECRET, seed: Math.floor(random() * 1e9), faulty: true, keyed};
      mesOf[name] = await startMes({...faulty, timeoutMs: TIMEOUT_MS});
    }
    const receivers = Object.fromEntries(Object.entries(mesOf).map(([name, {port}]) => [name, port]));
    const W = join(folder, 'warehouse');
    const {lots, populations} = order;
    const plant = await makePlant(W, {lots, populations, receivers, secret: SECRET, timeoutMs: TIMEOUT_MS, random});
    server = new Served(W);
    await server.address;
    const beganMs = performance.now();
    const storming = {over: false, kills: 0};
    const killing = killAgainAndAgain(server, storming, killAfterMs, random);
    const people = new People(server, plant, random, log);
    const {deeds, shown} = await Promise.race([people.work(order.holds), killing.then(() => never())]);
    storming.over = true;
    await killing;
    const seconds = (performance.now() - beganMs) / 1000;
    const held = Object.fromEntries(
      await Promise.all(Object.entries(mesOf).map(async ([name, mes]) => [name, await mes.held()] as const)),
    );
    const stopped = await server.stop();
    const {code: verify, out} = await command('verify', '--warehouse', W);
    if (verify !== 0) log(out);
    const journals = Object.fromEntries(Object.entries(mesOf).map(([name, mes]) => [name, mes.journal()]));
    const slowestStartMs = Math.max(...server.startsMs);
    return {
      ...accountOf({deeds, shown, journals, held}),
      kills: storming.kills,
      slowestStartMs,
      seconds,
      verify,
      stopped,
    };
  } finally {
    await server?.stop();
    for (const mes of Object.values(mesOf)) await mes.stop();
  }
}

async function killAgainAndAgain(
  server: Served,
  storming: {over: boolean; kills: number},
  [leastMs, mostMs]: [number, number],
  random: () => number,
): Promise<void> {
  for (;;) {
    const untilMs = performance.now() + leastMs + random() * (mostMs - leastMs);
    while (!storming.over && performance.now() < untilMs) await wait(20);
    if (storming.over) return;
    await server.killAndStart();
    storming.kills++;
  }
}

const never = () => new Promise<never>(() => undefined);

/** Those who decide, over HTTP. */
class People {
  readonly #server: Served;
  readonly #plant: StormPlant;
  readonly #random: () => number;
  readonly #log: (line: string) => void;
  readonly #deeds = new Map<string, Deed>();
  readonly #shown = new Map<string, Hold>();
  readonly #toLookAt: {id: string; fromMs: number}[] = [];
  #left = 0;
  #working = 0;
  #looking = 0;
  #settled = 0;

  constructor(server: Served, plant: StormPlant, random: () => number, log: (line: string) => void) {
    this.#server = server;
    this.#plant = plant;
    this.#random = random;
    this.#log = log;
  }

  /** @returns what was done and acknowledged, and how each hold looks when nothing is under way any more */
  async work(holds: number): Promise<{deeds: Map<string, Deed>; shown: Map<string, Hold>}> {
    this.#left = holds;
    this.#working = PEOPLE;
    const deciders = Array.from({length: PEOPLE}, () => this.#decide());
    const lookers = Array.from({length: PEOPLE / 2}, () => this.#look());
    const telling = setInterval(() => this.#tell(), 30_000);
    try {
      await Promise.all([...deciders, ...lookers]);
    } finally {
      clearInterval(telling);
    }
    return {deeds: this.#deeds, shown: this.#shown};
  }

  async #decide(): Promise<void> {
    const approved: string[] = [];
    while (this.#left > 0) {
      this.#left--;
      const {id: contained, lots} =
        this.#plant.populations[Math.floor(this.#random() * this.#plant.populations.length)];
      const body = {contained, reason: 'SCRATCH', text: 'scratched by tool T7'};
      const {id} = await this.#ask<Hold>('anna', '/v1/holds', body);
      await this.#ask('ben', `/v1/holds/${id}/approve`, {}, 'HOLD_ALREADY_DECIDED');
      // From here on it was acknowledged.
      this.#deeds.set(id, {lots, isReleased: false});
      approved.push(id);
      this.#lookLater(id);
      if (this.#random() < RELEASED_SHARE) await this.#release(approved);
    }
    this.#working--;
  }

  async #release(approved: string[]): Promise<void> {
    const [id] = approved.splice(Math.floor(this.#random() * approved.length), 1);
    await this.#ask('ben', `/v1/holds/${id}/release`, {reason: 'SORTED'}, 'HOLD_ALREADY_DECIDED');
    this.#deeds.get(id)!.isReleased = true;
    this.#lookLater(id);
  }

  #lookLater(id: string): void {
    this.#toLookAt.push({id, fromMs: performance.now() + LOOK_AFTER_MS});
  }

  /** Looks what became of each, and settles what was refused. */
  async #look(): Promise<void> {
    for (;;) {
      const next = this.#toLookAt.shift();
      if (!next) {
        if (this.#working === 0 && this.#looking === 0) return;
        await wait(50);
        continue;
      }
      this.#looking++;
      await wait(next.fromMs - performance.now());
      const hold = await this.#ask<Hold>('ben', `/v1/holds/${next.id}`);
      this.#shown.set(next.id, hold);
      const isOpen = await this.#settle(hold);
      if (isOpen) this.#lookLater(next.id);
      this.#looking--;
    }
  }

  /** @returns whether anything is still under way */
  async #settle({id, lots}: Hold): Promise<boolean> {
    let isOpen = false;
    for (const {lot, action, delivery, receiver, askPerson} of lots) {
      const isUnderWay = delivery === 'queued' || delivery === 'sending' || delivery === 'unknown';
      if (isUnderWay && !askPerson) isOpen = true;
      if (!askPerson && delivery !== 'rejected') continue;
      const settled = {lot, action, receiver, as: 'send-again', reason: 'the lot is there, it has to go'};
      // Refused when a later action on the lot was sent already.
      const answer = await this.#ask<{code?: string}>('ben', `/v1/holds/${id}/settle`, settled, 'DELIVERY_NOT_OPEN');
      if (answer.code === 'DELIVERY_NOT_OPEN') continue;
      this.#settled++;
      isOpen = true;
    }
    return isOpen;
  }

  /**
   * Asks until there is an answer.
   * @param body of a POST; a GET without
   * @param alreadyDone the error that says so, when an earlier request had been carried out and its answer was lost
   */
  async #ask<T>(who: 'anna' | 'ben', path: string, body?: object, alreadyDone?: string): Promise<T> {
    for (;;) {
      const address = await this.#server.address;
      try {
        const response = await fetch(`${address}${path}`, {
          method: body ? 'POST' : 'GET',
          headers: {authorization: `Bearer ${this.#plant.keys[who]}`, 'content-type': 'application/json'},
          body: body && JSON.stringify(body),
        });
        const answer = (await response.json()) as T & {code?: string};
        if (response.ok || (alreadyDone !== undefined && answer.code === alreadyDone)) return answer;
        if (response.status !== 429 && response.status !== 503) throw new Refused(`${path}: ${JSON.stringify(answer)}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      // Killed in the middle, or just starting.
      await wait(50);
    }
  }

  #tell(): void {
    const {size} = this.#deeds;
    this.#log(`${size} approved, ${this.#left} to come, ${this.#toLookAt.length} under way, ${this.#settled} settled`);
  }
}

class Refused extends Error {}
