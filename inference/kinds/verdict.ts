/** What a model says about one image, whatever its kind. */
export interface Verdict {
  /** 0 to 1: the part fails at the threshold of the card and above. It is kept, so that other thresholds can be tried. */
  suspicion: number;
  /** What is wrong if it fails, the most confident first. */
  found: Found[];
}

export interface Found {
  /** The position of its class in the card. */
  class: number;
  confidence: number;
  /** x, y, width, height in shares of the model's input; null where the model does not say. */
  box: Box | null;
}

export type Box = readonly [x: number, y: number, width: number, height: number];

/** An image for which there is no verdict, and why. */
export interface NoVerdict {
  reason: string;
}

/** So many defects of one image are told, the most confident. */
export const MOST_FOUND = 100;

/** Decisions are made on what is kept: four digits. */
export function rounded(share: number): number {
  return Number(Math.min(1, Math.max(0, share)).toFixed(4));
}

export function mostConfident(found: readonly Found[]): Found[] {
  return [...found].sort((a, b) => b.confidence - a.confidence).slice(0, MOST_FOUND);
}

export const logistic = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** @param logits any number of them; @returns probabilities that add up to one */
export function softmax(logits: ArrayLike<number>): number[] {
  const list = Array.from(logits);
  const highest = Math.max(...list);
  const powers = list.map(logit => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map(power => power / total);
}

/** Whether a number can be a probability; a rounding of 32 bits is no fault. */
export const isShare = (value: number): boolean => value >= -0.001 && value <= 1.001;
