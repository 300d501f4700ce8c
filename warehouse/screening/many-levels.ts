import {pearsonThreeTail} from '../statistics/pearson-three.ts';
import type {LevelCounts} from './exposure.ts';
import type {Outcome} from './outcome.ts';

const MOST_LOTS = 2000;

/**
 * Do many levels differ at all? A variance-component score test on the lots: the sum over levels of their squared
 * scores, each shrunk by how little it is known, against its exact first two moments under exchange of the lots of a
 * stratum (the third from normal residuals).
 * @returns p, null where lots are too few to tell or too many for a table of their likeness
 * @see Kazi-Aoual, Hitier, Sabatier & Lebreton (1995), Comput. Stat. Data Anal. 20:643 (moments of tr(A PBP'));
 *   Liu, Lin & Ghosh (2007), Biometrics 63:1079 (the score test)
 */
export function manyLevelsTest(outcome: Outcome, levels: readonly LevelCounts[], ordered: boolean): number | null {
  if (outcome.members.some(at => at.length > MOST_LOTS)) return null;
  // A level seen in one lot alone says nothing of itself that the lot does not.
  const columns = levels.filter(level => level.places.length > 1).map(level => column(outcome, level));
  let observed = 0;
  let mean = 0;
  let variance = 0;
  let third = 0;
  let scale = 0;
  outcome.members.forEach((at, s) => {
    if (at.length < 4) return;
    const similarity = similarityOf(columns, at, outcome.parts.length);
    centre(similarity, at.length);
    const r = Float64Array.from(at, k => outcome.residual[k] - outcome.residualSums[s].mean);
    const moments = traceMoments(similarity, r);
    const shift = ordered ? likenessInTime(similarity, r) : 0;
    // Lots that resemble their neighbours resemble those that share a level with them, level or not.
    const widening = moments.mean > 0 ? 1 + shift / moments.mean : 1;
    observed += moments.observed;
    mean += moments.mean + shift;
    variance += moments.variance * widening ** 2;
    third += moments.third * widening ** 3;
    scale += moments.mean;
  });
  // Levels that all lots share alike give the same sum in every order.
  if (!(variance > (1e-6 * scale) ** 2)) return null;
  const z = (observed - mean) / Math.sqrt(variance);
  return Math.min(1, pearsonThreeTail(z, Math.max(0, third / variance ** 1.5)));
}

/** A level's share of each lot it touches, scaled so that a level seen in little data counts for little. */
function column(outcome: Outcome, {places, parts}: LevelCounts) {
  let information = 0;
  const values = Float64Array.from(places, (k, e) => (parts[e] / outcome.parts[k]) * outcome.scale[k]);
  for (const value of values) information += value * value;
  const unit = outcome.scale.reduce((s, a) => s + a * a, 0) / outcome.scale.length;
  const shrunk = Math.sqrt(1 / (information + unit));
  return {places, values: values.map(value => value * shrunk)};
}

/** Lots are alike as far as they share levels. */
function similarityOf(columns: readonly ReturnType<typeof column>[], at: Int32Array, count: number): Float64Array {
  const place = new Int32Array(count).fill(-1);
  at.forEach((k, j) => {
    place[k] = j;
  });
  const n = at.length;
  const matrix = new Float64Array(n * n);
  for (const {places: touched, values} of columns) {
    for (let a = 0; a < touched.length; a++) {
      const row = place[touched[a]];
      if (row < 0) continue;
      for (let b = 0; b < touched.length; b++) {
        const col = place[touched[b]];
        if (col >= 0) matrix[row * n + col] += values[a] * values[b];
      }
    }
  }
  return matrix;
}

/** Takes off row and column means, so that only differences between lots remain. */
function centre(matrix: Float64Array, n: number): void {
  const rows = new Float64Array(n);
  let all = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) rows[i] += matrix[i * n + j] / n;
    all += rows[i] / n;
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j] += all - rows[i] - rows[j];
}

/** r' A r with its mean and variance over permutations of the centred r. */
function traceMoments(a: Float64Array, r: Float64Array) {
  const n = r.length;
  let observed = 0;
  let trace = 0;
  let squares = 0;
  let diagonal = 0;
  let r2 = 0;
  let r4 = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      observed += a[i * n + j] * r[i] * r[j];
      squares += a[i * n + j] ** 2;
    }
    trace += a[i * n + i];
    diagonal += a[i * n + i] ** 2;
    r2 += r[i] ** 2;
    r4 += r[i] ** 4;
  }
  const smooth =
    (2 * ((n - 1) * squares - trace ** 2) * ((n - 1) * r2 ** 2 - r2 ** 2)) / ((n - 1) ** 2 * (n + 1) * (n - 2));
  const spikes = (t: number, t2: number, s2: number) => n * (n + 1) * s2 - (n - 1) * (t ** 2 + 2 * t2);
  const rough =
    (spikes(trace, squares, diagonal) * spikes(r2, r2 ** 2, r4)) / ((n + 1) * n * (n - 1) * (n - 2) * (n - 3));
  const unit = r2 / (n - 1);
  // tr(A^3) is at least tr(A^2)^2 / tr(A), and that where all levels weigh the same.
  const third = trace > 0 ? (8 * squares ** 2 * unit ** 3) / trace : 0;
  return {observed, mean: trace * unit, variance: smooth + rough, third};
}

/** What r' A r gains where neighbours in time are alike: the sum over lags of autocovariance and likeness. */
function likenessInTime(a: Float64Array, r: Float64Array): number {
  const n = r.length;
  const lags = Math.min(Math.floor(n / 4), Math.ceil(4 * (n / 20) ** 0.4));
  let shift = 0;
  for (let h = 1; h <= lags; h++) {
    let covariance = 0;
    let alike = 0;
    for (let k = h; k < n; k++) {
      covariance += r[k] * r[k - h];
      alike += a[k * n + k - h];
    }
    shift += 2 * Math.min(1, 2 * (1 - h / (lags + 1))) * (covariance / n) * alike;
  }
  return Math.max(0, shift);
}
