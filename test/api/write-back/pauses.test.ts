import {expect, test} from 'vitest';
import type {Delivery} from '../../../api/write-back/book.ts';
import {backoffMs, Pauses, realClock} from '../../../api/write-back/pauses.ts';

test('the schedule: half a second, doubling, five minutes at most', () => {
  const firstTwelveS = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
  expect(firstTwelveS.map((_, n) => backoffMs(n + 1, 1) / 1000)).toEqual(firstTwelveS);
  expect(backoffMs(5000, 1)).toBe(300_000);
});

test('what failed together comes back scattered: after half of the time at the earliest', () => {
  expect([0, 0.5, 1].map(draw => backoffMs(3, draw))).toEqual([1000, 1500, 2000]);
  const draws = [0, 1, 0.5];
  const pauses = new Pauses(
    () => undefined,
    () => draws.shift()!,
  );
  const lots = ['A', 'B'].map(delivery);
  for (const lot of lots) pauses.failed(lot, 'x', 1000);
  expect(lots.map(lot => pauses.overMs(lot))).toEqual([1250, 1500]);
});

const whole = () => 1;
/** As much of a delivery as a pause looks at. */
const delivery = (lot: string) => ({receiver: 'mes', lot}) as Delivery;

test('one that fails alone waits alone; three failures in a row pause the receiver', () => {
  const log: string[] = [];
  const pauses = new Pauses(line => log.push(line), whole);
  const [a, b, c] = ['A', 'B', 'C'].map(delivery);
  pauses.failed(a, 'x', 1000);
  expect([pauses.overMs(a), pauses.overMs(b)]).toEqual([1500, 0]);
  pauses.failed(a, 'x', 1500);
  expect([pauses.overMs(a), pauses.isTrying('mes')]).toEqual([2500, false]);
  pauses.failed(b, 'refused', 2000);
  expect(pauses.overMs(c)).toBe(2500);
  expect(pauses.isTrying('mes')).toBe(true);
  // In flight when it went down: no news about the receiver.
  pauses.failed(c, 'x', 2100);
  expect(pauses.overMs(delivery('D'))).toBe(2500);
  pauses.failed(b, 'x', 2500);
  expect(pauses.overMs(delivery('D'))).toBe(3500);
  pauses.answered(b);
  expect([pauses.overMs(b), pauses.overMs(delivery('D')), pauses.isTrying('mes')]).toEqual([0, 0, false]);
  const down = expect.stringMatching(/^mes does not answer: refused; what is for it waits .*"fishbone doctor"/);
  expect(log).toEqual([down, 'mes answers again']);
});

test('what the receiver asks for is waited for, by all its deliveries', () => {
  const pauses = new Pauses(() => undefined, whole);
  const a = delivery('A');
  pauses.failed(a, 'HTTP 429', 1000, 20_000);
  expect([pauses.overMs(a), pauses.overMs(delivery('B'))]).toEqual([21_000, 21_000]);
});

test('the clock wakes early when it is told to', async () => {
  const wake = new AbortController();
  const waited = realClock.wait(Number.POSITIVE_INFINITY, wake.signal);
  wake.abort();
  await waited;
  await realClock.wait(60_000, wake.signal);
  const began = performance.now();
  await realClock.wait(20, new AbortController().signal);
  expect(performance.now() - began).toBeGreaterThanOrEqual(18);
});
