/** Where everything of a fishbone goes. Pure: figures in, figures out; no text overlaps, whatever the names. */
import type {Branch} from '../../api/schemas.ts';
import {type Row, rowsOf} from './fishbone-rows.ts';
import {type Bone, EVIDENCE_CAP, type Rib} from './ribs.ts';
import {fitted, textWidth} from './text-width.ts';

const TEXT_PX = 12;
const TITLE_PX = 14;
/** Ribs lean by this much to the left for each px away from the spine: less where they are long, so that bones keep room. */
const MOST_LEAN = 0.34;
const LEAN_SHARE = 0.085;
const HEAD_HEIGHT = 148;
/** Room for the key under the head. */
const LEAST_REACH = 156;
const TITLE_ROOM = 44;
/** Spine between the head and the first ribs. */
const NECK = 18;
/** Left of the figures, for the bracket that ties an ambiguity set together. */
const BRACKET_ROOM = 26;
/** Radius of the letter of a set. */
const BADGE = 8;
const GAP = 8;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A text with the corner that it is anchored at: (x, baseline). */
interface Label {
  text: string;
  full: string;
  x: number;
  baseline: number;
  box: Box;
}

export interface PlacedBone {
  bone: Bone;
  root: number;
  tip: number;
  y: number;
  thickness: number;
  label: Label;
  figure: Label;
  /** Everything of the bone, for pointing at it. */
  area: Box;
}

interface PlacedTwig {
  finding: Bone['finding'];
  path: string;
  label: Label;
}

export interface PlacedNote {
  row: Exclude<Row, {kind: 'bone'}>;
  root: number;
  tip: number;
  y: number;
  label: Label;
}

export interface PlacedRib {
  rib: Rib;
  side: -1 | 1;
  root: {x: number; y: number};
  end: {x: number; y: number};
  title: Label;
  subtitle: Label;
  bones: PlacedBone[];
  twigs: PlacedTwig[];
  notes: PlacedNote[];
  brackets: {set: string; path: string; badge: {x: number; y: number}}[];
}

export interface FishboneLayout {
  width: number;
  height: number;
  spineY: number;
  head: Box;
  ribs: PlacedRib[];
}

/**
 * @param ribs six of them, the strongest first: they are placed from the head backwards, above and below in turn
 * @param width px to draw in; 700 or more is legible
 * @param unfolded branches whose factors without evidence are listed one by one
 */
export function fishboneLayout(ribs: readonly Rib[], width: number, unfolded: ReadonlySet<Branch>): FishboneLayout {
  const headWidth = Math.round(Math.min(208, Math.max(166, width * 0.17)));
  const placed = ribs.map((rib, index) => ({rib, index, rows: rowsOf(rib, unfolded.has(rib.branch))}));
  const reach = (side: number) =>
    Math.max(LEAST_REACH, ...placed.filter(p => p.index % 2 === side).map(p => 20 + heightOf(p.rows)));
  const [above, below] = [reach(0), reach(1)];
  const spineY = above + TITLE_ROOM;
  const pairs = Math.ceil(ribs.length / 2);
  const longest = Math.max(above, below);
  const lean = Math.min(MOST_LEAN, (LEAN_SHARE * width) / longest);
  const spacing = (width - headWidth - NECK - lean * longest - 8) / pairs;
  const headX = width - headWidth;
  return {
    width,
    height: Math.ceil(spineY + below + TITLE_ROOM),
    spineY,
    head: {x: headX, y: spineY - HEAD_HEIGHT / 2, width: headWidth, height: HEAD_HEIGHT},
    ribs: placed.map(({rib, rows, index}) =>
      placeRib(rib, rows, {
        side: index % 2 === 0 ? -1 : 1,
        x: headX - NECK - spacing * Math.floor(index / 2),
        y: spineY,
        length: index % 2 === 0 ? above : below,
        spacing,
        lean,
      }),
    ),
  };
}

function heightOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + row.height, 0);
}

interface Frame {
  side: -1 | 1;
  x: number;
  y: number;
  length: number;
  spacing: number;
  lean: number;
}

function placeRib(rib: Rib, rows: readonly Row[], frame: Frame): PlacedRib {
  const {side, x, y, length, lean} = frame;
  const end = {x: x - lean * length, y: y + side * length};
  const tested = rib.bones.length + rib.quiet.length + rib.undecided.length + rib.explained.length;
  const titleBaseline = side < 0 ? end.y - 22 : end.y + 18;
  const placed: PlacedRib = {
    rib,
    side,
    root: {x, y},
    end,
    title: centred(rib.branch[0].toUpperCase() + rib.branch.slice(1), end.x, titleBaseline, TITLE_PX, true),
    subtitle: centred(tested === 0 ? 'nothing tested' : `${tested} tested`, end.x, titleBaseline + 15, TEXT_PX, false),
    bones: [],
    twigs: [],
    notes: [],
    brackets: [],
  };
  let offset = 20;
  for (const row of rows) {
    const top = side < 0 ? y - offset - row.height : y + offset;
    offset += row.height;
    if (row.kind === 'bone') placeBone(placed, row.bone, top, row.height, frame);
    else placed.notes.push(placeNote(row, top, frame));
  }
  placed.brackets = bracketsOf(placed, frame);
  return placed;
}

function ribX({x, y, lean}: Frame, level: number): number {
  return x - lean * Math.abs(level - y);
}

/** The room between this rib and the one behind it, over a band of y: both lean, so the narrowest place counts. */
function room(top: number, bottom: number, frame: Frame): {left: number; right: number} {
  const [a, b] = [ribX(frame, top), ribX(frame, bottom)];
  return {left: Math.max(a, b) - frame.spacing + GAP, right: Math.min(a, b) - GAP};
}

function placeBone(placed: PlacedRib, bone: Bone, top: number, height: number, frame: Frame): void {
  const y = top + 25;
  const {left: edge, right} = room(top, top + height, frame);
  const left = edge + (placed.rib.bones.some(other => other.set !== null) ? BRACKET_ROOM : 0);
  const root = ribX(frame, y);
  const figureWidth = textWidth(bone.figure, TEXT_PX, true);
  const longest = Math.max(24, root - left - figureWidth - GAP);
  const tip = root - Math.max(14, (longest * bone.evidence) / EVIDENCE_CAP);
  const label = rightAligned(bone.label, right, y - 10, right - left, false);
  const figure = rightAligned(bone.figure, tip - 6, y + 4, tip - 6 - left, true);
  const start = Math.min(label.box.x, figure.box.x) - 6;
  placed.bones.push({
    bone,
    root,
    tip,
    y,
    thickness: 1.5 + 6.5 * bone.strength,
    label,
    figure,
    area: {x: start, y: top + 4, width: root - start - 2, height: 32},
  });
  const knee = root - Math.min(22, (root - tip) / 2);
  bone.twigs.slice(0, 3).forEach((twig, index) => {
    const baseline = y + 21 + index * 16;
    const end = Math.min(knee - 12, right - 12);
    const more = index === 2 && bone.twigs.length > 3 ? ` and ${bone.twigs.length - 3} more` : '';
    placed.twigs.push({
      finding: twig.finding,
      path: `M${knee} ${y} L${end + 5} ${baseline - 6} Q${end + 3} ${baseline - 4} ${end} ${baseline - 4}`,
      label: rightAligned(twig.text + more, end - 4, baseline, end - 4 - left, false),
    });
  });
}

function placeNote(row: PlacedNote['row'], top: number, frame: Frame): PlacedNote {
  const y = top + row.height / 2;
  const {left, right} = room(top, top + row.height, frame);
  const root = ribX(frame, y);
  const length = row.kind === 'entry' ? 6 : row.kind === 'notTested' || row.kind === 'blank' ? 44 : 16;
  const tip = Math.min(right, root - length);
  return {row, root, tip, y, label: rightAligned(row.text, tip - 6, y + 4, tip - 6 - left, false)};
}

/** One bracket for each set, parallel to the rib and just left of its members' text; a single member gets the badge alone. */
function bracketsOf({bones, twigs}: PlacedRib, frame: Frame): PlacedRib['brackets'] {
  const ribAt = (y: number) => ribX(frame, y);
  const sets = [...new Set(bones.map(({bone}) => bone.set).filter(set => set !== null))];
  return sets.map(set => {
    const members = bones.filter(({bone}) => bone.set === set);
    const levels = members.map(({y}) => y);
    const [from, to] = [Math.min(...levels), Math.max(...levels)];
    // Whatever is written between the ends of the bracket stays on its right.
    const between = [...bones.flatMap(({label, figure}) => [label, figure]), ...twigs.map(({label}) => label)]
      .map(({box}) => box)
      .filter(box => box.y + box.height > from - BADGE && box.y < to + BADGE);
    const reach = Math.max(...between.flatMap(({x, y, height}) => [ribAt(y) - x, ribAt(y + height) - x]));
    const at = (y: number) => ribAt(y) - reach - BADGE - 4;
    const badge = {x: at((from + to) / 2), y: (from + to) / 2};
    const path = from === to ? '' : `M${at(from) + 6} ${from} H${at(from)} L${at(to)} ${to} H${at(to) + 6}`;
    return {set, path, badge};
  });
}

function rightAligned(full: string, x: number, baseline: number, roomPx: number, bold: boolean): Label {
  const text = fitted(full, TEXT_PX, Math.max(0, roomPx), bold);
  const width = textWidth(text, TEXT_PX, bold);
  return {text, full, x, baseline, box: {x: x - width, y: baseline - 9, width, height: 12}};
}

function centred(text: string, x: number, baseline: number, sizePx: number, bold: boolean): Label {
  const width = textWidth(text, sizePx, bold);
  const box = {x: x - width / 2, y: baseline - sizePx * 0.75, width, height: sizePx};
  return {text, full: text, x, baseline, box};
}
