/** The kinds of models: what each promises, and what its answer means. One more kind is one more file and one more line. */
import type {CardOf, ModelCard} from '../model-card.ts';
import {expectedOfAnomaly, judgeAnomaly} from './anomaly.ts';
import {expectedOfClassifier, judgeClassifier} from './classifier.ts';
import {expectedOfDetector, judgeDetector} from './detector.ts';
import type {Expected, Outputs} from './outputs.ts';
import {expectedOfSegmenter, judgeSegmenter} from './segmenter.ts';
import type {NoVerdict, Verdict} from './verdict.ts';

interface Kind<K extends ModelCard['kind']> {
  expected(card: CardOf<K>): Expected[];
  judge(card: CardOf<K>, outputs: Outputs, k: number): Verdict | NoVerdict;
}

const KINDS: {[K in ModelCard['kind']]: Kind<K>} = {
  classifier: {expected: expectedOfClassifier, judge: judgeClassifier},
  detector: {expected: expectedOfDetector, judge: judgeDetector},
  segmenter: {expected: expectedOfSegmenter, judge: judgeSegmenter},
  anomaly: {expected: expectedOfAnomaly, judge: judgeAnomaly},
};

/** The outputs that a card promises. */
export function expectedOutputs(card: ModelCard): Expected[] {
  return (KINDS[card.kind] as Kind<ModelCard['kind']>).expected(card);
}

/** What the outputs of a batch say about its image k; they were checked against `expectedOutputs`. */
export function judgeImage(card: ModelCard, outputs: Outputs, k: number): Verdict | NoVerdict {
  return (KINDS[card.kind] as Kind<ModelCard['kind']>).judge(card, outputs, k);
}
