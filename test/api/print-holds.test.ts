/** What the command line prints of a hold; expected lines written by hand. */
import {expect, test} from 'vitest';
import {holdText} from '../../api/command-line/print/holds.ts';
import type {Hold, HoldLot} from '../../warehouse/hold-answers.ts';

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
