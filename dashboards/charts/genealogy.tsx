/** The genealogy of an item, drawn: every item a link to its own trace; whole lines were consumed, dashed ones belong. */
import type {Related} from '../../api/schemas.ts';
import {count} from '../format.ts';
import {type Edge, type Layout, NODE_HEIGHT, type Node} from './genealogy-layout.ts';
import {fitted} from './text-width.ts';

interface Props {
  layout: Layout;
  hrefOf: (item: {kind: Related['kind']; id: string}) => string;
}

export function GenealogyDrawing({layout, hrefOf}: Props) {
  const {nodes, edges, width, height, nodeWidth} = layout;
  return (
    <svg className="genealogy" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>Genealogy: made from on the left, went into on the right</title>
      {edges.map(edge => (
        <path key={edge.key} className={`link ${edge.how}`} d={curve(edge, nodeWidth)} />
      ))}
      {nodes.map(node => (
        <Item key={node.key} node={node} width={nodeWidth} hrefOf={hrefOf} />
      ))}
    </svg>
  );
}

function curve({from, into}: Edge, width: number): string {
  const [x1, y1] = [from.x + width, from.y + NODE_HEIGHT / 2];
  const [x2, y2] = [into.x, into.y + NODE_HEIGHT / 2];
  // Of one level, or backwards: around the outside.
  if (x2 <= x1) return `M${from.x} ${y1}C${from.x - 32} ${y1} ${x2 - 32} ${y2} ${x2} ${y2}`;
  const bend = Math.max(24, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

const MARKS = {lot: '▢', part: '•', work_order: '▤'};

function Item({node, width, hrefOf}: Omit<Props, 'layout'> & {node: Node; width: number}) {
  const {id, kind, detail, level, x, y} = node;
  const room = width - 16;
  if (id === null) {
    return (
      <g className="item together" transform={`translate(${x} ${y})`}>
        <text x="8" y="25">
          and {count(node.count)} more
        </text>
      </g>
    );
  }
  const drawn = (
    <>
      <rect width={width} height={NODE_HEIGHT} rx="4" />
      <text className="id" x="8" y={detail ? 17 : 25}>
        {MARKS[kind]} {fitted(id, 13.5, room - 14)}
      </text>
      {detail && (
        <text className="detail" x="8" y="32">
          {fitted(detail, 11, room)}
        </text>
      )}
      <title>{[id, detail].filter(Boolean).join(': ')}</title>
    </>
  );
  if (level === 0) {
    return (
      <g className="item self" transform={`translate(${x} ${y})`}>
        {drawn}
      </g>
    );
  }
  return (
    <a className="item" href={hrefOf({kind, id})} aria-label={`${kind.replace('_', ' ')} ${id}`}>
      <g transform={`translate(${x} ${y})`}>{drawn}</g>
    </a>
  );
}
