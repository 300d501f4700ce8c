// Expected days are those of a wall clock in the plant's zone, worked out by hand.
import {expect, test} from 'vitest';
import type {Related, TraceEvent} from '../../api/schemas.ts';
import {byDepth, detailsBeyond, storyOf} from '../../dashboards/charts/story.ts';

function event(at: string | null, text: string): TraceEvent {
  return {at, what: 'operation', step: null, station: null, text, details: {}};
}

test('a story is told by days of the plant, whatever order it came in', () => {
  const story = storyOf(
    [
      event('2026-05-12T22:30:00Z', 'third'),
      event(null, 'last'),
      event('2026-05-12T04:00:00Z', 'first'),
      event('2026-05-12T21:59:00Z', 'second'),
    ],
    'Europe/Vienna',
  );
  expect(story.map(({day, events}) => [day, events.map(({text}) => text)])).toEqual([
    ['Tue, 12 May 2026', ['first', 'second']],
    ['Wed, 13 May 2026', ['third']],
    ['No time recorded', ['last']],
  ]);
});

test('relatives by level, the nearest first, ids in natural order', () => {
  const related = (kind: Related['kind'], id: string, depth: number): Related => ({kind, id, depth, detail: null});
  const levels = byDepth([related('part', 'P-2', 2), related('lot', 'L-10', 1), related('lot', 'L-9', 1)]);
  expect(levels.map(({depth, items}) => [depth, items.map(({id}) => id)])).toEqual([
    [1, ['L-9', 'L-10']],
    [2, ['P-2']],
  ]);
});

test('details say only what the line does not, and times by the clock of the plant', () => {
  const told: TraceEvent = {
    ...event('2026-03-04T16:51:00Z', 'deburr at DEBURR-3 with tool B3 (19 measured, 0 out of spec)'),
    details: {tool: 'B3', measured: 19, outside: 0, run: 1, program: null, ended_at: '2026-03-04T16:52:21Z'},
  };
  expect(detailsBeyond(told, 'Europe/Vienna')).toEqual([
    {name: 'run', value: '1'},
    {name: 'ended at', value: '4 Mar 2026, 17:52'},
  ]);
});
