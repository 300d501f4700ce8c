import type {CardOf} from '../model-card.ts';
import {type Expected, numbersOf, type Outputs, pieceOf} from './outputs.ts';
import {bestOfOverlapping} from './overlap.ts';
import {type Box, type Found, isShare, logistic, MOST_FOUND, type NoVerdict, rounded, type Verdict} from './verdict.ts';

export function expectedOfDetector({outputs: {boxes}, classes}: CardOf<'detector'>): Expected[] {
  if (boxes.layout === 'separate') {
    return [
      {name: boxes.boxes, sizes: [[null, 4]]},
      {name: boxes.scores, sizes: [[null]]},
      {name: boxes.labels, sizes: [[null]], isLabel: true},
    ];
  }
  const values = 4 + (boxes.objectness ? 1 : 0) + classes.length;
  const unit = `4 of the box, ${boxes.objectness ? '1 of its objectness, ' : ''}${classes.length} of classes`;
  return [{name: boxes.name, sizes: [boxes.layout === 'rows' ? [null, values] : [values, null]], unit}];
}

/** Suspicion is the greatest score of a box of a class with a defect code. */
export function judgeDetector(card: CardOf<'detector'>, outputs: Outputs, k: number): Verdict | NoVerdict {
  const scored = card.outputs.boxes.layout === 'separate' ? separate(card, outputs, k) : together(card, outputs, k);
  let suspicion = 0;
  const candidates: Found[] = [];
  for (const one of scored) {
    if ('reason' in one) return one;
    const confidence = rounded(one.score);
    suspicion = Math.max(suspicion, confidence);
    if (confidence >= card.thresholds.fail)
      candidates.push({class: one.class, confidence, box: boxOf(card, one.place)});
  }
  return {suspicion, found: bestOfOverlapping(candidates, card.thresholds.overlap, MOST_FOUND)};
}

/** A box for a class with a defect code, as the model gives it. */
interface Scored {
  class: number;
  score: number;
  place: Place;
}
type Place = readonly [number, number, number, number];

/** One tensor: a row, or a column, of a box has its place, its objectness and a score a class. */
function* together(card: CardOf<'detector'>, outputs: Outputs, k: number): Generator<Scored | NoVerdict> {
  const told = card.outputs.boxes as Exclude<CardOf<'detector'>['outputs']['boxes'], {layout: 'separate'}>;
  const {sizes, values} = pieceOf(outputs, told.name, k);
  const isRows = told.layout === 'rows';
  const [boxes, fields] = isRows ? sizes : [sizes[1], sizes[0]];
  const at = (box: number, field: number) => Number(values[isRows ? box * fields + field : field * boxes + box]);
  const first = told.objectness ? 5 : 4;
  const share = shareOf(card);
  for (let box = 0; box < boxes; box++) {
    const objectness = told.objectness ? share(at(box, 4)) : 1;
    const place: Place = [at(box, 0), at(box, 1), at(box, 2), at(box, 3)];
    for (const [c, {defect}] of card.classes.entries()) {
      const score = share(at(box, first + c));
      if (!isShare(score) || !isShare(objectness)) yield NO_SHARES;
      else if (defect !== null) yield {class: c, score: objectness * score, place};
    }
  }
}

function* separate(card: CardOf<'detector'>, outputs: Outputs, k: number): Generator<Scored | NoVerdict> {
  const told = card.outputs.boxes as Extract<CardOf<'detector'>['outputs']['boxes'], {layout: 'separate'}>;
  const boxes = numbersOf(outputs, told.boxes, k);
  const scores = numbersOf(outputs, told.scores, k);
  const labels = pieceOf(outputs, told.labels, k).values;
  if (scores.length !== labels.length || boxes.length !== 4 * scores.length) {
    yield {reason: `the model gave ${boxes.length / 4} boxes, ${scores.length} scores and ${labels.length} labels`};
    return;
  }
  const share = shareOf(card);
  for (let box = 0; box < scores.length; box++) {
    const label = Number(labels[box]);
    const {defect} = card.classes[label] ?? {};
    const score = share(scores[box]);
    if (!isShare(score)) yield NO_SHARES;
    else if (defect === undefined) {
      yield {reason: `the model gave the label ${label}, the card has ${card.classes.length} classes`};
    } else if (defect !== null) {
      const place: Place = [boxes[box * 4], boxes[box * 4 + 1], boxes[box * 4 + 2], boxes[box * 4 + 3]];
      yield {class: label, score, place};
    }
  }
}

const NO_SHARES = {reason: "the model's scores are no probabilities, as the card says: some are not within 0 and 1"};

function shareOf({outputs}: CardOf<'detector'>): (score: number) => number {
  return outputs.scores === 'logits' ? logistic : score => score;
}

/** @returns the box in shares of the model's input */
function boxOf({input, outputs}: CardOf<'detector'>, [a, b, c, d]: Place): Box {
  const [x, y, width, height] =
    outputs.corners === 'cxcywh'
      ? [a - c / 2, b - d / 2, c, d]
      : outputs.corners === 'xyxy'
        ? [a, b, c - a, d - b]
        : [a, b, c, d];
  if (outputs.units === 'shares') return [x, y, width, height];
  return [x / input.width, y / input.height, width / input.width, height / input.height];
}
