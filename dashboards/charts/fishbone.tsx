/** The fishbone diagram, drawn from its layout. Bones are links; whoever uses it says where they lead. */
import {useMemo} from 'react';
import type {Branch, Finding, ScreenAnswer} from '../../api/schemas.ts';
import {count, counted, percent, probability, words} from '../format.ts';
import {
  type FishboneLayout,
  fishboneLayout,
  type PlacedBone,
  type PlacedNote,
  type PlacedRib,
} from './fishbone-layout.ts';
import {type Asked, overallRate} from './rate-by-level.ts';
import {EVIDENCE_CAP, type Rib, ribsOf} from './ribs.ts';
import {fitted} from './text-width.ts';

export interface FishboneProps {
  answer: Pick<ScreenAnswer, 'findings' | 'notTested'> & Asked;
  outcome: string;
  width: number;
  unfolded: ReadonlySet<Branch>;
  selected: string | null;
  findingHref: (finding: Finding) => string;
  unfoldHref: (branch: Branch) => string;
  onPoint?: (bone: {finding: Finding; x: number; y: number} | null) => void;
}

export function Fishbone(props: FishboneProps) {
  const {answer, outcome, width, unfolded} = props;
  const ribs = useMemo(() => ribsOf(answer), [answer]);
  const layout = useMemo(() => fishboneLayout(ribs, width, unfolded), [ribs, width, unfolded]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing cannot be a fieldset
    <svg
      className="fishbone"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      width={layout.width}
      height={layout.height}
      role="group"
      aria-label={`Fishbone diagram of ${outcome}: ${counted(
        ribs.reduce((sum, rib) => sum + rib.bones.length, 0),
        'cause',
      )} with evidence`}
    >
      <Spine layout={layout} />
      {layout.ribs.map(rib => (
        <RibDrawing key={rib.rib.branch} placed={rib} {...props} />
      ))}
      <Head layout={layout} {...props} />
      <Key layout={layout} ribs={ribs} />
    </svg>
  );
}

/** Thin at the tail, thick where everything comes together. */
function Spine({layout: {spineY: y, head, ribs}}: {layout: FishboneLayout}) {
  const last = ribs.at(-1)!.root.x;
  const previous = ribs.length > 2 ? ribs[ribs.length - 3].root.x : head.x;
  const tail = Math.max(28, last - (previous - last) * 0.96);
  return (
    <g className="spine">
      <path d={`M${tail} ${y - 1} L${head.x + 12} ${y - 4} V${y + 4} L${tail} ${y + 1} Z`} />
      <path
        className="tail"
        d={`M${tail + 6} ${y} Q${tail - 8} ${y - 3} ${tail - 22} ${y - 17} Q${tail - 13} ${y} ${tail - 22} ${y + 17} Q${tail - 8} ${y + 3} ${tail + 6} ${y}`}
      />
    </g>
  );
}

function Head({layout: {head, spineY: y}, answer, outcome}: FishboneProps & {layout: FishboneLayout}) {
  const {x, width: w, height: h} = head;
  const {population, question} = answer;
  const isNumber = question.measurement !== undefined;
  return (
    <g className="head">
      <path
        d={`M${x} ${y - h / 2} Q${x + w * 0.8} ${y - h / 2 + 4} ${x + w - 2} ${y} Q${x + w * 0.8} ${y + h / 2 - 4} ${x} ${y + h / 2} Q${x + 18} ${y} ${x} ${y - h / 2} Z`}
      />
      <text className="head-outcome" x={x + 24} y={y - 26}>
        {fitted(outcome, 18, w - 62, true)}
        <title>{outcome}</title>
      </text>
      <text className="head-rate" x={x + 24} y={y + 8}>
        {isNumber ? count(population.parts) : percent(overallRate(answer))}
      </text>
      <text className="head-basis" x={x + 24} y={y + 28}>
        {isNumber ? 'values of' : `${count(population.defective)} of ${count(population.parts)}`}
      </text>
      <text className="head-basis" x={x + 24} y={y + 44}>
        {population.lots > 0 ? `parts in ${counted(population.lots, 'lot')}` : 'parts, no lots known'}
      </text>
    </g>
  );
}

function RibDrawing({placed, ...props}: FishboneProps & {placed: PlacedRib}) {
  const {rib, root, end, title, subtitle, bones, twigs, notes, brackets} = placed;
  const blank = rib.bones.length + rib.quiet.length + rib.undecided.length + rib.explained.length === 0;
  return (
    <g className={`rib${blank ? ' blank' : ''}${rib.bones.length > 0 ? ' strong' : ''}`}>
      <path className="rib-line" d={`M${root.x} ${root.y} L${end.x} ${end.y}`} />
      <text className="rib-title" x={title.x} y={title.baseline}>
        {title.text}
      </text>
      <text className="rib-subtitle" x={subtitle.x} y={subtitle.baseline}>
        {subtitle.text}
      </text>
      {brackets.map(({set, path, badge}) => (
        <g key={set} className="bracket">
          <path d={path} />
          <circle cx={badge.x} cy={badge.y} r={8} />
          <text x={badge.x} y={badge.y + 4}>
            {set}
          </text>
        </g>
      ))}
      {bones.map(bone => (
        <BoneDrawing key={bone.bone.finding.id} placed={bone} {...props} />
      ))}
      {twigs.map(({finding, path, label}) => (
        <a key={finding.id} href={props.findingHref(finding)} className="twig">
          <path d={path} />
          <text x={label.x} y={label.baseline}>
            {label.text}
            <title>{finding.sentence}</title>
          </text>
        </a>
      ))}
      {notes.map(note => (
        <Note key={`${note.row.kind} ${note.y}`} note={note} branch={rib.branch} {...props} />
      ))}
    </g>
  );
}

function BoneDrawing({placed, findingHref, selected, onPoint}: FishboneProps & {placed: PlacedBone}) {
  const {bone, root, tip, y, thickness: t, label, figure, area} = placed;
  const {finding} = bone;
  const shade = Math.max(1, Math.min(5, Math.ceil((bone.evidence / EVIDENCE_CAP) * 5)));
  const point = () => onPoint?.({finding, x: area.x, y: area.y + area.height});
  return (
    <a
      href={findingHref(finding)}
      className={`bone${selected === finding.id ? ' selected' : ''}`}
      aria-label={`${label.full}: ${bone.figure}, q ${probability(finding.q)}, ${words(finding.verdict)}${bone.set ? `, set ${bone.set}` : ''}`}
      aria-current={selected === finding.id || undefined}
      onMouseEnter={point}
      onMouseLeave={() => onPoint?.(null)}
      onFocus={point}
      onBlur={() => onPoint?.(null)}
    >
      <rect className="bone-area" x={area.x} y={area.y} width={area.width} height={area.height} rx={3} />
      <path
        className={`bone-line e${shade}`}
        d={`M${root} ${y - t / 2} L${tip} ${y - t * 0.3} Q${tip - 2} ${y} ${tip} ${y + t * 0.3} L${root} ${y + t / 2} Z`}
      />
      {bone.capped && (
        <path className="bone-break" d={`M${tip + 8} ${y + 6} l3 -12 M${tip + 12} ${y + 6} l3 -12`}>
          <title>{`evidence beyond the scale: q ${probability(finding.q)}`}</title>
        </path>
      )}
      <text className="bone-label" x={label.x} y={label.baseline}>
        {label.text}
      </text>
      <text className="bone-figure" x={figure.x} y={figure.baseline}>
        {figure.text}
      </text>
    </a>
  );
}

function Note({note, branch, unfolded, unfoldHref, findingHref}: FishboneProps & {note: PlacedNote; branch: Branch}) {
  const {row, root, tip, y, label} = note;
  const drawing = (
    <>
      <path d={row.kind === 'notTested' || row.kind === 'blank' ? hollow(root, tip, y) : `M${root} ${y} H${tip}`} />
      <text x={label.x} y={label.baseline}>
        {label.text}
        <title>{row.kind === 'notTested' ? row.reasons.join('\n') : label.full}</title>
      </text>
    </>
  );
  if (row.kind === 'entry') {
    return (
      <a className="note entry" href={findingHref(row.finding)}>
        {drawing}
      </a>
    );
  }
  if (row.kind === 'quiet') {
    const open = unfolded.has(branch);
    return (
      <a
        className="note quiet"
        href={unfoldHref(branch)}
        aria-expanded={open}
        aria-label={`${branch}: ${row.text}, ${open ? 'fold' : 'unfold'}`}
      >
        <rect className="bone-area" x={label.box.x - 4} y={y - 12} width={root - label.box.x + 4} height={24} rx={3} />
        {drawing}
      </a>
    );
  }
  return <g className={`note ${row.kind}`}>{drawing}</g>;
}

/** A bone that is not there: its outline, dotted. */
function hollow(root: number, tip: number, y: number): string {
  return `M${root} ${y - 3} H${tip + 3} Q${tip} ${y} ${tip + 3} ${y + 3} H${root}`;
}

/** What length, thickness, letters and dots mean; under the head, where there is always room. */
function Key({layout: {head, spineY}, ribs}: {layout: FishboneLayout; ribs: readonly Rib[]}) {
  const x = head.x + 26;
  const y = spineY + head.height / 2 + 22;
  const tied = ribs.some(rib => rib.bones.some(bone => bone.set !== null));
  const lines: [string, string][] = [
    ['length', 'evidence, to 10⁻⁸'],
    ['thickness', 'effect, to 4×'],
    ['dotted', 'not tested'],
  ];
  if (tied) lines.splice(2, 0, ['A', 'cannot be told apart']);
  return (
    <g className="key">
      {lines.map(([mark, meaning], index) => (
        <g key={mark} transform={`translate(${x} ${y + index * 18})`}>
          <KeyMark mark={mark} />
          <text x={8} y={4}>
            {fitted(meaning, 12, head.width - 36)}
          </text>
        </g>
      ))}
    </g>
  );
}

function KeyMark({mark}: {mark: string}) {
  if (mark === 'length') return <path className="key-length" d="M0 -1 L-24 -0.5 V0.5 L0 1 Z" />;
  if (mark === 'thickness') return <path className="key-length" d="M0 -4 L-24 -2 V2 L0 4 Z" />;
  if (mark === 'dotted') return <path className="key-dotted" d={hollow(0, -24, 0)} />;
  return (
    <g className="bracket">
      <circle cx={-12} cy={0} r={8} />
      <text x={-12} y={4}>
        {mark}
      </text>
    </g>
  );
}
