// Small parts of pages, rendered to text; expected texts by hand.
import {renderToStaticMarkup} from 'react-dom/server';
import {expect, test} from 'vitest';
import {DeliverySummary} from '../../dashboards/parts/delivery.tsx';
import {AsRead} from '../../dashboards/parts/lots-at-mes.tsx';
import {Shortened} from '../../dashboards/parts/shortened.tsx';
import type {HoldLot, LotAtMes} from '../../warehouse/hold-answers.ts';

const text = (element: Parameters<typeof renderToStaticMarkup>[0]) =>
  renderToStaticMarkup(element)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const list = (n: number) => (
  <Shortened items={Array.from({length: n}, (_, k) => `p${k + 1}`)} first={3}>
    {some => some.join(' ')}
  </Shortened>
);

test('a long list begins with the first few and says how many there are', () => {
  // The sentence is for paper, where there is no button.
  expect(text(list(1440))).toBe('p1 p2 p3 The first 3 of 1,440. Show all 1,440');
  expect(text(list(3))).toBe('p1 p2 p3');
  // A button would take as much room as the one that it hides.
  expect(text(list(4))).toBe('p1 p2 p3 p4');
});

test('a hold of which nobody was told says why', () => {
  const of = (decision: 'proposed' | 'approved' | 'refused' | 'released', lots: HoldLot[] = []) =>
    text(<DeliverySummary hold={{decision, lots}} />);
  expect(of('approved')).toBe('no receiver configured');
  expect(of('released')).toBe('no receiver configured');
  expect(of('proposed')).toBe('nothing to send');
  const lot: HoldLot = {
    lot: 'L1',
    action: 'hold',
    delivery: 'queued',
    receiver: 'mes',
    seenAtMes: null,
    askPerson: false,
    why: null,
  };
  expect(of('approved', [lot, {...lot, lot: 'L2', delivery: 'acknowledged'}])).toBe('○ 1 queued ● 1 acknowledged');
});

test('lots are shown as the MES tells them, and by which hold it was told last', () => {
  const lot = {lot: 'L1', receiver: 'mes', state: 'held', hold: 'H-1', action: 'hold', why: null} as const;
  const lots: LotAtMes[] = [
    lot,
    {...lot, lot: 'L2', state: 'otherwise', hold: 'H-2', why: 'it says free'},
    {...lot, lot: 'L3', state: 'not-told', hold: null, action: null},
  ];
  const shown = text(<AsRead lots={lots} hold="H-1" askedAt="today" />);
  for (const words of [
    'L1 mes ● held hold, by this hold',
    'L2 mes ▲ not as it was told: it says free hold, by hold H-2',
    'L3 mes not told yet nothing',
  ])
    expect(shown.replace(/\s+/g, ' ')).toContain(words);
});
