import {oneWayAnova, type Squares} from './one-way-anova.ts';

/** Sums of squares of a crossed study: every appraiser measured every part. */
export interface CrossedSquares {
  part: Squares;
  appraiser: Squares;
  interaction: Squares;
  repeatability: Squares;
}

/**
 * Two-way analysis of variance of a balanced crossed study.
 * @param values by part, appraiser and trial; at least two of each
 * @see AIAG (2010), Measurement Systems Analysis, 4th ed., appendix A
 */
export function crossedAnova(values: readonly (readonly (readonly number[])[])[]): CrossedSquares {
  const parts = values.length;
  const appraisers = values[0].length;
  const trials = values[0][0].length;
  const {within} = oneWayAnova(values.flat());
  const centre = values[0][0][0];
  const cells = values.map(row => row.map(cell => mean(cell.map(x => x - centre))));
  const ofPart = cells.map(mean);
  const ofAppraiser = cells[0].map((_, j) => mean(cells.map(row => row[j])));
  const grand = mean(ofPart);
  const left = cells.flatMap((row, i) => row.map((m, j) => m - ofPart[i] - ofAppraiser[j] + grand));
  return {
    part: {degrees: parts - 1, sum: appraisers * trials * squaresAbout(ofPart, grand)},
    appraiser: {degrees: appraisers - 1, sum: parts * trials * squaresAbout(ofAppraiser, grand)},
    interaction: {degrees: (parts - 1) * (appraisers - 1), sum: trials * squaresAbout(left, 0)},
    repeatability: within,
  };
}

/** Sums of squares of a nested study: every part was measured by one appraiser only. */
export interface NestedSquares {
  appraiser: Squares;
  part: Squares;
  repeatability: Squares;
}

/**
 * Analysis of variance of a balanced nested study, as of destructive tests.
 * @param values by appraiser, part of that appraiser and trial; at least two of each
 * @see Montgomery, Design and Analysis of Experiments (two-stage nested designs)
 */
export function nestedAnova(values: readonly (readonly (readonly number[])[])[]): NestedSquares {
  const appraisers = values.length;
  const parts = values[0].length;
  const trials = values[0][0].length;
  const {within} = oneWayAnova(values.flat());
  const centre = values[0][0][0];
  const cells = values.map(row => row.map(cell => mean(cell.map(x => x - centre))));
  const ofAppraiser = cells.map(mean);
  const amongParts = cells.reduce((sum, row, i) => sum + squaresAbout(row, ofAppraiser[i]), 0);
  return {
    appraiser: {degrees: appraisers - 1, sum: parts * trials * squaresAbout(ofAppraiser, mean(ofAppraiser))},
    part: {degrees: appraisers * (parts - 1), sum: trials * amongParts},
    repeatability: within,
  };
}

/** Interaction and repeatability as one error. */
export function pool({interaction, repeatability}: CrossedSquares): Squares {
  return {degrees: interaction.degrees + repeatability.degrees, sum: interaction.sum + repeatability.sum};
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

const squaresAbout = (values: readonly number[], centre: number) =>
  values.reduce((sum, x) => sum + (x - centre) ** 2, 0);
