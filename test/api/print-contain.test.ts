/** What the command line prints of a suspect population, and of times; expected lines written by hand. */
import {describe, expect, test} from 'vitest';
import {containText} from '../../api/command-line/print/contain.ts';
import {clockOf} from '../../api/command-line/print/layout.ts';
import type {ContainAnswer, Place} from '../../warehouse/answers.ts';

const utc = clockOf('UTC');

const place = (where: Place['where'], parts: number, location: string | null = null): Place => ({
  where,
  location,
  parts,
  seenBy: 'movement',
  seenAt: '2024-05-06T00:00:00.000Z',
});

const answer: ContainAnswer = {
  id: 'c0123456789abcdef',
  asOf: 7,
  basis: "parts with bore.tool = 'T7', and what they went into",
  permalink: '/contain',
  lots: [
    {
      ...place('shipped', 142, 'C-7'),
      lot: 'F1',
      material: 'housing',
      role: 'production',
      of: 144,
      places: [place('shipped', 137, 'C-7'), {...place('in-process', 5, 'B9'), seenBy: 'operation'}],
    },
  ],
  parts: 143,
  looseParts: ['p8'],
  places: [
    {where: 'shipped', parts: 137},
    {where: 'in-process', parts: 6},
  ],
  inHouse: 0,
  partlyInHouse: 1,
  gone: 0,
  unknown: 0,
  whereabouts: '0 lots still in house, 1 in part',
  completeness: {expected: 0, found: 0, missing: []},
  widenedBy: [],
};

test('a lot has a line for each place that its parts are in', () => {
  const text = containText(answer, utc);
  expect(text).toContain('143 suspect parts in 1 lot; 0 lots still in house, 1 in part.');
  expect(text).toContain('Suspect parts by where they are: 137 shipped, 6 in-process.');
  expect(text).toContain(`
  F1   housing   142 of 144 parts  137 shipped, C-7  2024-05-06 00:00:00+00:00 (movement)
                                   5 in-process, B9  2024-05-06 00:00:00+00:00 (operation)
`);
});

test('more places than four are summed up', () => {
  const places = ['A', 'B', 'C', 'D', 'E', 'F'].map((location, k) => place('stock', 20 - k, location));
  const text = containText({...answer, lots: [{...answer.lots[0], places}]}, utc);
  expect(text).toContain('17 stock, D');
  expect(text).toContain('31 at 2 other places');
  expect(text).not.toContain('stock, E');
});

describe('advice', () => {
  test('a hold for the lots, and hands for the parts in no lot', () => {
    const text = containText(answer, utc);
    expect(text).toContain('To stop them: fishbone hold propose c0123456789abcdef');
    expect(text).toContain('1 suspect part belongs to no lot, and a hold stops lots: stop it by hand');
  });

  test('no hold where there is no lot', () => {
    const text = containText({...answer, lots: [], parts: 2, looseParts: ['p8', 'p9']}, utc);
    expect(text).toContain('2 suspect parts in no lot;');
    expect(text).toContain('2 suspect parts belong to no lot, and a hold stops lots: stop them by hand');
    expect(text).not.toContain('hold propose');
    expect(text).not.toContain('Complete');
  });

  test('none where nothing is suspect', () => {
    const text = containText({...answer, lots: [], parts: 0, looseParts: []}, utc);
    expect(text).toBe(
      "No part is suspect: nothing that is recorded matches.\n\nparts with bore.tool = 'T7', and what they went into (position 7)\n",
    );
  });
});

test('times are those of the plant, with their offset; what is no time stays as it is', () => {
  const berlin = clockOf('Europe/Berlin');
  // In summer two hours ahead of UTC, in winter one.
  expect(berlin('2026-07-14T22:12:09.120Z')).toBe('2026-07-15 00:12:09+02:00');
  expect(berlin('2026-01-14T06:12:09Z')).toBe('2026-01-14 07:12:09+01:00');
  expect(clockOf('Asia/Kolkata')('2026-01-14T06:12:09Z')).toBe('2026-01-14 11:42:09+05:30');
  expect(berlin('L26-0137')).toBe('L26-0137');
});
