import {type CrossedSquares, type NestedSquares, pool} from './gage-anova.ts';
import type {MeanSquare, Weights} from './modified-large-sample.ts';
import type {Squares} from './one-way-anova.ts';

/** Where measured values get their variance from: each component as weights of the mean squares. */
export interface Components {
  squares: MeanSquare[];
  repeatability: Weights;
  appraiser: Weights;
  /** Null where there is none: pooled, or not to be told in a nested study. */
  interaction: Weights | null;
  part: Weights;
}

/** How many of each a study has; in a nested one, parts of each appraiser. */
export interface Sizes {
  parts: number;
  appraisers: number;
  trials: number;
}

/**
 * All effects random, interaction kept.
 * @see AIAG (2010), Measurement Systems Analysis, 4th ed., appendix A
 */
export function crossedComponents(found: CrossedSquares, {parts, appraisers, trials}: Sizes): Components {
  return {
    squares: [found.part, found.appraiser, found.interaction, found.repeatability].map(meanSquare),
    repeatability: [0, 0, 0, 1],
    interaction: [0, 0, 1 / trials, -1 / trials],
    appraiser: [0, 1 / (parts * trials), -1 / (parts * trials), 0],
    part: [1 / (appraisers * trials), 0, -1 / (appraisers * trials), 0],
  };
}

/** The interaction pooled with repeatability. */
export function pooledComponents(found: CrossedSquares, {parts, appraisers, trials}: Sizes): Components {
  return {
    squares: [found.part, found.appraiser, pool(found)].map(meanSquare),
    repeatability: [0, 0, 1],
    interaction: null,
    appraiser: [0, 1 / (parts * trials), -1 / (parts * trials)],
    part: [1 / (appraisers * trials), 0, -1 / (appraisers * trials)],
  };
}

/** Parts nested in appraisers. */
export function nestedComponents(found: NestedSquares, {parts, trials}: Omit<Sizes, 'appraisers'>): Components {
  return {
    squares: [found.appraiser, found.part, found.repeatability].map(meanSquare),
    repeatability: [0, 0, 1],
    interaction: null,
    appraiser: [1 / (parts * trials), -1 / (parts * trials), 0],
    part: [0, 1 / trials, -1 / trials],
  };
}

const meanSquare = ({degrees, sum}: Squares): MeanSquare => ({degrees, mean: sum / degrees});

export function addWeights(...all: (Weights | null)[]): Weights {
  const given = all.filter(weights => weights !== null);
  return given[0].map((_, k) => given.reduce((sum, weights) => sum + weights[k], 0));
}
