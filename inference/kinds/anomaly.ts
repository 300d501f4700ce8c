import type {CardOf} from '../model-card.ts';
import {type Expected, numbersOf, type Outputs, pieceOf} from './outputs.ts';
import {regionsOf} from './regions.ts';
import {type Box, rounded, type Verdict} from './verdict.ts';

export function expectedOfAnomaly({outputs}: CardOf<'anomaly'>): Expected[] {
  const score: Expected = {name: outputs.score.name, sizes: [[], [1]], unit: 'scores'};
  if (!outputs.map) return [score];
  return [
    score,
    {
      name: outputs.map.name,
      sizes: [
        [null, null],
        [1, null, null],
      ],
      unit: 'rows, columns',
    },
  ];
}

/** Suspicion is the score between `low` and `high`; the box is that of the map's highest region. */
export function judgeAnomaly(card: CardOf<'anomaly'>, outputs: Outputs, k: number): Verdict {
  const {score, map} = card.outputs;
  const share = (value: number) => rounded((value - score.low) / (score.high - score.low));
  const suspicion = share(numbersOf(outputs, score.name, k)[0]);
  const box = map ? highestRegion(outputs, map.name, k, {share, fail: card.thresholds.fail}) : null;
  return {suspicion, found: [{class: 0, confidence: suspicion, box}]};
}

function highestRegion(
  outputs: Outputs,
  name: string,
  k: number,
  {share, fail}: {share: (value: number) => number; fail: number},
): Box | null {
  const {sizes, values} = pieceOf(outputs, name, k);
  const shares = Float64Array.from(values as Float32Array, share);
  return regionsOf(shares, sizes.at(-1)!, {fail, leastArea: 1}).regions[0]?.box ?? null;
}
