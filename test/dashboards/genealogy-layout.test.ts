// A family small enough to lay out by hand.
import {createElement} from 'react';
import {renderToStaticMarkup} from 'react-dom/server';
import {expect, test} from 'vitest';
import {GenealogyDrawing} from '../../dashboards/charts/genealogy.tsx';
import {type Family, genealogyLayout} from '../../dashboards/charts/genealogy-layout.ts';
import {legible} from './golden.ts';

const lot = (id: string, depth: number) => ({kind: 'lot' as const, id, depth, detail: null});
const end = (id: string) => ({kind: 'lot' as const, id});
const link = (from: string, into: string) => ({from: end(from), into: end(into), how: 'consumed' as const});

/** R1 → C1 → X, R2 → C2 → X; X → K. C2 stands above C1 by name in no order but that of what they lead to. */
const family: Family = {
  kind: 'lot',
  id: 'X',
  backward: [lot('C1', 1), lot('C2', 1), lot('R1', 2), lot('R2', 2)],
  forward: [lot('K', 1)],
  links: [link('C1', 'X'), link('C2', 'X'), link('R2', 'C1'), link('R1', 'C2'), link('X', 'K')],
  truncated: {backward: 0, forward: 0, siblings: 0},
};

test('a column a level, from what it was made of to what it went into', () => {
  const {nodes, edges, hidden} = genealogyLayout(family, 1200);
  const columns = [...new Set(nodes.map(({x}) => x))].sort((a, b) => a - b);
  expect(columns.map(x => nodes.filter(node => node.x === x).map(({id}) => id))).toHaveLength(4);
  expect(nodes.find(({id}) => id === 'X')!.x).toBe(columns[2]);
  expect(nodes.find(({id}) => id === 'K')!.x).toBe(columns[3]);
  expect(edges).toHaveLength(5);
  expect(hidden).toBe(0);
});

test('lines do not cross where they need not: R2 stands beside C1, R1 beside C2', () => {
  const {nodes} = genealogyLayout(family, 1200);
  const y = (id: string) => nodes.find(node => node.id === id)!.y;
  expect(y('C1')).toBeLessThan(y('C2'));
  expect(y('R2')).toBeLessThan(y('R1'));
});

test('what there is no room for stands together, counted, those that were not even listed too', () => {
  const parts = Array.from({length: 30}, (_, k) => lot(`P${k}`, 1));
  const links = parts.map(({id}) => link('X', id));
  const many = genealogyLayout(
    {...family, forward: parts, links, truncated: {backward: 0, forward: 400, siblings: 0}},
    900,
  );
  const forward = many.nodes.filter(({level}) => level === 1);
  expect(forward).toHaveLength(9);
  expect(forward.at(-1)).toMatchObject({id: null, count: 422});
  expect(many.hidden).toBe(422);
  // One line to all that stand together.
  expect(many.edges.filter(({into}) => into.id === null)).toHaveLength(1);
});

test('nodes of a column never overlap, and all lie within the drawing', () => {
  const {nodes, height, width, nodeWidth} = genealogyLayout(family, 300);
  for (const a of nodes) {
    expect(a.y).toBeGreaterThanOrEqual(0);
    expect(a.y + 40).toBeLessThanOrEqual(height);
    expect(a.x + nodeWidth).toBeLessThanOrEqual(width);
    for (const b of nodes) if (a !== b && a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(40);
  }
});

test('an item that nothing is known of stands alone', () => {
  const alone = {...family, backward: [], forward: [], links: []};
  expect(genealogyLayout(alone, 800).nodes.map(({id}) => id)).toEqual(['X']);
});

test('the drawing is as it was: every relative a link, it itself none', async () => {
  const layout = genealogyLayout(family, 900);
  const drawing = renderToStaticMarkup(
    createElement(GenealogyDrawing, {layout, hrefOf: ({kind, id}) => `/trace?id=${id}&kind=${kind}`}),
  );
  expect([...drawing.matchAll(/href="([^"]+)"/g)].map(([, href]) => href).sort()).toEqual(
    ['C1', 'C2', 'R2', 'R1', 'K'].map(id => `/trace?id=${id}&amp;kind=lot`).sort(),
  );
  await expect(legible(drawing)).toMatchFileSnapshot('golden/genealogy.svg');
});
