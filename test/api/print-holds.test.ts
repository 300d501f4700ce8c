/** What the command line prints of a hold; expected lines written by hand. */
import {expect, test} from 'vitest';
import {holdText} from '../../api/command-line/print/holds.ts';
import type {Hold, HoldCover, HoldLot} from '../../warehouse/hold-answers.ts';

const told = (lot: string, delivery: HoldLot['delivery'], askPerson = false): HoldLot => ({
  lot,
  action: 'hold',
  delivery,
  receiver: 'mes',
  seenAtMes: null,
  askPerson,
  why: null,
});

const holdWith = (lots: HoldLot[]): Hold => ({
  id: 'H-1',
  decision: 'approved',
  reason: 'X',
  text: 'worn tool',
  proposedBy: 'Ada',
  proposedAt: '2026-05-01T06:00:00Z',
  parts: 12,
  evidence: null,
  events: [],
  covers: lots.length,
  lots,
  children: true,
  coverage: [],
  review: null,
  compared: {asOf: null, why: null},
});

const printed = (lots: HoldLot[]) => holdText(holdWith(lots), at => at);

test('an approved hold whose messages are not acknowledged says so, and what to do', () => {
  expect(printed([told('L1', 'queued'), told('L2', 'sending'), told('L3', 'acknowledged')])).toContain(
    '2 of 3 messages are not acknowledged yet by mes: until then nothing there is known to have changed. "fishbone deliver" tries now, and says why.',
  );
  expect(printed([told('L1', 'unknown')])).toContain('1 of 1 message is not acknowledged yet by mes');
});

test('what arrived, was refused, or waits for a person is told otherwise', () => {
  for (const lots of [[told('L1', 'acknowledged')], [told('L1', 'rejected')], [told('L1', 'unknown', true)]])
    expect(printed(lots)).not.toContain('acknowledged yet');
});

test('where nobody was told, what is to be done by hand is what was decided, lot by lot', () => {
  const cover = (lot: string, state: HoldCover['state']): HoldCover => ({lot, parts: 1, state, inherited: null});
  const at = '2026-05-02T06:00:00Z';
  const byHand = (decision: Hold['decision'], coverage: HoldCover[], events: Hold['events'] = []) =>
    holdText({...holdWith([]), decision, coverage, covers: coverage.length, events}, time => time);
  expect(byHand('approved', [cover('L1', 'held'), cover('L2', 'released')])).toContain(
    'Nobody was told: no receiver is configured. Stop 1 lot by hand; let 1 lot go by hand, and name the MES',
  );
  const kept = [{at, by: 'fishbone', what: 'kept', why: 'lot L2 is still held by H-2: its release was not sent'}];
  const released = byHand('released', [cover('L1', 'released'), cover('L2', 'released')], kept);
  expect(released).toContain('Let 1 lot go by hand; leave 1 lot where it is: see above, and name');
  expect(released).not.toContain('Stop');
  expect(byHand('scrapped', [cover('L1', 'scrapped')])).toContain('Take 1 lot out as scrap by hand');
});
