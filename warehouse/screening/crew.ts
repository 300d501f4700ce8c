/**
 * Threads that each take a share of a question: messages go out to the helpers, the lead does its own share meanwhile and
 * then waits for theirs. It may wait, since it is a thread of its own; what the helpers answer is figures, the columns are
 * in memory that all read.
 */
import {type MessagePort, receiveMessageOnPort} from 'node:worker_threads';
import type {Classes} from './classes.ts';
import type {Frame} from './frame.ts';
import {type Ground, groundOf, keptRows} from './ground.ts';
import type {PlainPair} from './interactions.ts';
import {rememberedLayout} from './layouts.ts';
import type {Direction} from './likeness.ts';
import {type Alike, Share, type Task, type Tests, type Told} from './share.ts';
import type {Members} from './team.ts';

/** The lead's end of a helper. `rung` counts the helper's answers. */
export interface Helper {
  port: MessagePort;
  rung: Int32Array;
}

type Request =
  | {ask: 'begin'; frame: Frame; alpha: number}
  | {ask: 'test'; factors: number[]}
  | {ask: 'pairs'; classes: readonly Classes[]; among: [number, number][]}
  | {ask: 'alike'; directions: readonly Direction[]}
  | {ask: 'measure'; tasks: Task[]};
type Reply = {value: unknown} | {error: string};

/** Answers a lead for as long as its thread lives; its last question's ground stays. */
export function help({port, rung}: Helper): void {
  let share: Share | null = null;
  const answer = (request: Request): unknown => {
    if (request.ask === 'begin') {
      const {frame, alpha} = request;
      const keep = keptRows(frame);
      share = new Share(groundOf(frame, keep, alpha, rememberedLayout(frame, keep)));
      return null;
    }
    if (share === null) throw new Error(`asked to ${request.ask} before a question was put`);
    if (request.ask === 'test') return share.test(request.factors);
    if (request.ask === 'pairs') return share.pairs(request.classes, request.among);
    return request.ask === 'alike' ? share.alike(request.directions) : share.measure(request.tasks);
  };
  port.on('message', (request: Request) => {
    try {
      port.postMessage({value: answer(request)} satisfies Reply);
    } catch (error) {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      port.postMessage({error: words} satisfies Reply);
    }
    Atomics.add(rung, 0, 1);
    Atomics.notify(rung, 0);
  });
}

/** The lead and its helpers as the members of a team; the lead is the first. */
export function crewOf(helpers: readonly Helper[]): (ground: Ground) => Members {
  return ground => {
    const own = new Share(ground);
    const {frame, alpha} = ground;
    together(
      helpers,
      () => ({ask: 'begin', frame, alpha}),
      () => null,
    );
    return {
      count: 1 + helpers.length,
      test: shares =>
        together(
          helpers,
          at => ({ask: 'test', factors: shares[at + 1]}),
          () => own.test(shares[0]),
        ) as Tests[],
      pairs: (classes, shares) =>
        together(
          helpers,
          at => ({ask: 'pairs', classes, among: shares[at + 1]}),
          () => own.pairs(classes, shares[0]),
        ) as (PlainPair | null)[][],
      alike: directions =>
        together(
          helpers,
          () => ({ask: 'alike', directions}),
          () => own.alike(directions),
        ) as Alike[][][],
      measure: tasks =>
        together(
          helpers,
          at => ({ask: 'measure', tasks: tasks[at + 1]}),
          () => own.measure(tasks[0]),
        ) as Told[][],
    };
  };
}

/** @returns the lead's answer, then the helpers' */
function together(helpers: readonly Helper[], request: (helper: number) => Request, own: () => unknown): unknown[] {
  const before = helpers.map(({rung}) => Atomics.load(rung, 0));
  for (const [at, {port}] of helpers.entries()) port.postMessage(request(at));
  return [own(), ...helpers.map((helper, at) => answerOf(helper, before[at]))];
}

function answerOf({port, rung}: Helper, before: number): unknown {
  // Should the helper's thread end, this one is ended by the one that started both.
  while (Atomics.load(rung, 0) === before) Atomics.wait(rung, 0, before);
  const {message: reply} = receiveMessageOnPort(port) as {message: Reply};
  if ('error' in reply) throw new Error(`a helping thread failed: ${reply.error}`);
  return reply.value;
}
