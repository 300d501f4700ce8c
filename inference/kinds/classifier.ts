import type {CardOf} from '../model-card.ts';
import {type Expected, numbersOf, type Outputs} from './outputs.ts';
import {type Box, type Found, isShare, type NoVerdict, rounded, softmax, type Verdict} from './verdict.ts';

export function expectedOfClassifier({outputs, classes}: CardOf<'classifier'>): Expected[] {
  const scores = {name: outputs.scores.name, sizes: [[classes.length]], unit: 'classes'};
  return outputs.box ? [scores, {name: outputs.box.name, sizes: [[4]]}] : [scores];
}

/** Suspicion is the probability of all classes with a defect code together; the defect is the likeliest of them. */
export function judgeClassifier(card: CardOf<'classifier'>, outputs: Outputs, k: number): Verdict | NoVerdict {
  const scores = numbersOf(outputs, card.outputs.scores.name, k);
  const probabilities = card.outputs.scores.kind === 'logits' ? softmax(scores) : Array.from(scores);
  const total = probabilities.reduce((sum, one) => sum + one, 0);
  if (!probabilities.every(isShare) || Math.abs(total - 1) > 0.01) {
    return {reason: `the model's scores are no probabilities, as the card says: they add up to ${total.toFixed(3)}`};
  }
  const {box} = card.outputs;
  const found = card.classes
    .map(({defect}, position): Found | null =>
      defect === null ? null : {class: position, confidence: rounded(probabilities[position]), box: null},
    )
    .filter(one => one !== null)
    .reduce((best, one) => (probabilities[one.class] > probabilities[best.class] ? one : best));
  if (box) found.box = Array.from(numbersOf(outputs, box.name, k)) as unknown as Box;
  const suspicion = probabilities.reduce(
    (sum, one, position) => sum + (card.classes[position].defect === null ? 0 : one),
    0,
  );
  return {suspicion: rounded(suspicion), found: [found]};
}
