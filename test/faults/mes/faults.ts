/** What the scriptable MES does wrong, drawn by seed. */

/** How an answer goes wrong. The `never` of a receiver is as long as the sender waits. */
export type Manner =
  | 'drop' // the connection is closed without an answer
  | '500'
  | 'says-no' // 200, and the body is an error
  | 'other-key' // 200, and the body is about another lot
  | 'redirect' // 302 to an address within, where a trap listens
  | '429' // with Retry-After: 1
  | 'never'
  | 'slow' // right, but after the sender has given up
  | 'delayed' // right, and overtaken by later answers
  | 'twice' // the same answer two times on one connection
  | 'cut-text' // the JSON breaks off, the HTTP around it does not
  | 'cut-connection'; // the answer breaks off

export interface Fault {
  manner: Manner;
  /** Whether the message was carried out: before the answer, not at all, or long after the sender has given up. */
  done: 'before' | 'not' | 'late';
}

/** Shares of all POSTs, in thousandths; the rest is treated well. */
const POSTS: readonly [number, Fault][] = [
  [30, {manner: 'drop', done: 'before'}],
  [30, {manner: 'drop', done: 'not'}],
  [20, {manner: '500', done: 'before'}],
  [20, {manner: '500', done: 'not'}],
  [10, {manner: 'says-no', done: 'before'}],
  [10, {manner: 'says-no', done: 'not'}],
  [15, {manner: 'other-key', done: 'before'}],
  [15, {manner: 'other-key', done: 'not'}],
  [10, {manner: 'redirect', done: 'not'}],
  [4, {manner: '429', done: 'not'}],
  [8, {manner: 'never', done: 'before'}],
  [8, {manner: 'never', done: 'not'}],
  [15, {manner: 'slow', done: 'before'}],
  [60, {manner: 'delayed', done: 'before'}],
  [20, {manner: 'twice', done: 'before'}],
  [15, {manner: 'cut-text', done: 'before'}],
  [10, {manner: 'cut-text', done: 'not'}],
  [15, {manner: 'cut-connection', done: 'before'}],
];

/** Done after the sender gave up: no look-up can see it coming, so only a receiver that tells repetitions can be so late. */
const LATE: readonly [number, Fault] = [15, {manner: 'never', done: 'late'}];

const LOOK_UPS: readonly [number, Manner][] = [
  [20, '500'],
  [20, 'drop'],
  [10, 'never'],
  [10, 'slow'],
  [20, 'cut-text'],
  [20, 'cut-connection'],
  [10, 'redirect'],
];

/** @param draw in [0, 1) */
export function faultOfPost(draw: number, isKeyed: boolean): Fault | null {
  return pick(draw, isKeyed ? [...POSTS, LATE] : POSTS);
}

export function faultOfLookUp(draw: number): Manner | null {
  return pick(draw, LOOK_UPS);
}

function pick<T>(draw: number, shares: readonly (readonly [number, T])[]): T | null {
  let left = draw * 1000;
  for (const [share, fault] of shares) {
    if (left < share) return fault;
    left -= share;
  }
  return null;
}
