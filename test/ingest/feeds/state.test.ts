/** What the console hears of a feed's bad night: a line a change, each with what to do. */
import {expect, test} from 'vitest';
import {Meter} from '../../../ingest/feeds/state.ts';

function metered() {
  const said: string[] = [];
  const meter = new Meter({name: 'line4', kind: 'mqtt', from: 'mqtt://broker:1883'}, line => said.push(line));
  return {said, meter};
}

test('a broker that is away is told once, that it is back too, and the next night again', () => {
  const {said, meter} = metered();
  meter.is('connected');
  for (let night = 1; night <= 2; night++) {
    meter.is('disconnected');
    for (let n = 0; n < 50; n++) meter.failed(new Error('connect ECONNREFUSED'));
    meter.is('connected');
  }
  const down =
    'feed line4: connect ECONNREFUSED; it is tried again by itself: see that mqtt://broker:1883 is there and lets us in, or correct "line4" under "feeds" in fishbone.json';
  const up = 'feed line4: connected to mqtt://broker:1883 again';
  expect(said).toEqual([down, up, down, up]);
  expect(meter.told).toMatchObject({errors: 100, lastError: {message: 'connect ECONNREFUSED'}});
});

test('a full disk is told once, however many files wait for it, with what to do; a refused file each time', () => {
  const {said, meter} = metered();
  const full = Object.assign(new Error('the disk is full'), {hint: 'make room'});
  for (const file of ['a.csv', 'b.csv']) meter.isHeldUp(new Error(`${file}: ${full.message}`, {cause: full}));
  meter.goesOn();
  meter.goesOn();
  meter.isHeldUp(full);
  meter.refused('c.csv is refused: no table');
  meter.refused('c.csv is refused: no table');
  expect(said).toEqual([
    'feed line4: a.csv: the disk is full; nothing is let go of before it is recorded; it is tried again by itself: make room',
    'feed line4: what came is recorded again',
    'feed line4: the disk is full; nothing is let go of before it is recorded; it is tried again by itself: make room',
    'feed line4: c.csv is refused: no table',
    'feed line4: c.csv is refused: no table',
  ]);
});
