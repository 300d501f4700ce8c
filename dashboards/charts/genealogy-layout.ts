/** Where a genealogy stands: a column a level, from what it was made of on the left to what it went into on the right. */
import type {Related, TraceAnswer} from '../../api/schemas.ts';

export type Family = Pick<TraceAnswer, 'kind' | 'id' | 'backward' | 'forward' | 'links' | 'truncated'>;

export interface Node {
  key: string;
  kind: Related['kind'];
  /** Null for those that stand together for want of room. */
  id: string | null;
  detail: string | null;
  /** 0 the item itself; below it what went in, above what came out. */
  level: number;
  /** Items that it stands for. */
  count: number;
  x: number;
  y: number;
}

export interface Edge {
  key: string;
  from: Node;
  into: Node;
  how: 'consumed' | 'belongs';
}

export interface Layout {
  nodes: Node[];
  edges: Edge[];
  width: number;
  height: number;
  nodeWidth: number;
  /** How many items stand together in others. */
  hidden: number;
}

export const NODE_HEIGHT = 40;
const ROW = 48;
const GAP = 56;
const [NARROWEST, WIDEST] = [112, 200];
/** Nodes of one level; what is beyond stands together in one more. */
const MOST_ROWS = 8;

const keyOf = ({kind, id}: {kind: string; id: string}) => `${kind} ${id}`;

/** @param width room in px */
export function genealogyLayout(family: Family, width: number): Layout {
  const {nodes, nodeOf, hidden} = placed(family);
  const levels = [...new Set(nodes.map(({level}) => level))].sort((a, b) => a - b);
  const columns = levels.map(level => nodes.filter(node => node.level === level));
  const edges = edgesOf(family, nodeOf);
  order(columns, edges);
  const room = (width - (columns.length - 1) * GAP) / columns.length;
  const nodeWidth = Math.max(NARROWEST, Math.min(WIDEST, room));
  const height = Math.max(...columns.map(column => column.length)) * ROW;
  for (const [c, column] of columns.entries()) {
    const top = (height - column.length * ROW) / 2;
    for (const [r, node] of column.entries()) {
      node.x = c * (nodeWidth + GAP);
      node.y = top + r * ROW + (ROW - NODE_HEIGHT) / 2;
    }
  }
  return {nodes, edges, width: columns.length * (nodeWidth + GAP) - GAP, height, nodeWidth, hidden};
}

function placed({kind, id, backward, forward, truncated}: Family) {
  const self: Node = {key: keyOf({kind, id}), kind, id, detail: null, level: 0, count: 1, x: 0, y: 0};
  const nodes = [self];
  const nodeOf = new Map([[self.key, self]]);
  let hidden = 0;
  for (const [side, sign, more] of [
    [backward, -1, truncated.backward],
    [forward, 1, truncated.forward],
  ] as const) {
    const depths = [...new Set(side.map(({depth}) => depth))].sort((a, b) => a - b);
    for (const depth of depths) {
      const level = sign * depth;
      const items = side.filter(item => item.depth === depth && !nodeOf.has(keyOf(item)));
      const beyond = depth === depths.at(-1) ? more : 0;
      // One more is not put behind a count that takes as much room.
      const shown = items.length + beyond > MOST_ROWS + 1 ? items.slice(0, MOST_ROWS) : items;
      for (const item of shown) {
        const node: Node = {
          key: keyOf(item),
          kind: item.kind,
          id: item.id,
          detail: item.detail,
          level,
          count: 1,
          x: 0,
          y: 0,
        };
        nodes.push(node);
        nodeOf.set(node.key, node);
      }
      const together = items.slice(shown.length);
      const count = together.length + beyond;
      if (count === 0) continue;
      const rest: Node = {
        key: `more ${level}`,
        kind: together[0]?.kind ?? 'part',
        id: null,
        detail: null,
        level,
        count,
        x: 0,
        y: 0,
      };
      nodes.push(rest);
      hidden += count;
      for (const item of together) nodeOf.set(keyOf(item), rest);
    }
  }
  return {nodes, nodeOf, hidden};
}

function edgesOf({links}: Family, nodeOf: ReadonlyMap<string, Node>): Edge[] {
  const edges = new Map<string, Edge>();
  for (const {from, into, how} of links) {
    const [a, b] = [nodeOf.get(keyOf(from)), nodeOf.get(keyOf(into))];
    if (!a || !b || a === b) continue;
    const key = `${a.key} → ${b.key}`;
    if (!edges.has(key)) edges.set(key, {key, from: a, into: b, how});
  }
  return [...edges.values()];
}

/** Each column by the mean place of its neighbours nearer to the item, so that lines cross little. */
function order(columns: Node[][], edges: readonly Edge[]): void {
  const middle = columns.findIndex(([node]) => node.level === 0);
  const neighbours = new Map<Node, Node[]>();
  for (const {from, into} of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), into]);
    neighbours.set(into, [...(neighbours.get(into) ?? []), from]);
  }
  const sort = (column: Node[], inner: readonly Node[]) => {
    const rowOf = new Map(inner.map((node, row) => [node, row]));
    const at = (node: Node) => {
      if (node.id === null) return Number.POSITIVE_INFINITY;
      const rows = (neighbours.get(node) ?? []).flatMap(other => rowOf.get(other) ?? []);
      return rows.length === 0 ? inner.length / 2 : rows.reduce((sum, row) => sum + row, 0) / rows.length;
    };
    const places = new Map(column.map(node => [node, at(node)]));
    column.sort((a, b) => {
      const [x, y] = [places.get(a)!, places.get(b)!];
      return x === y ? (a.id ?? '').localeCompare(b.id ?? '', 'en', {numeric: true}) : x - y;
    });
  };
  for (let c = middle - 1; c >= 0; c--) sort(columns[c], columns[c + 1]);
  for (let c = middle + 1; c < columns.length; c++) sort(columns[c], columns[c - 1]);
}
