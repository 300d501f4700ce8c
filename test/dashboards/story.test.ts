// Expected days are those of a wall clock in the plant's zone, worked out by hand.
import {expect, test} from 'vitest';
import type {Related, TraceEvent} from '../../api/schemas.ts';
import {byDepth, storyOf} from '../../dashboards/charts/story.ts';

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
