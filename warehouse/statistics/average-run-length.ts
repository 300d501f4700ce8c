import type {RunRule} from './run-rules.ts';

/** How a chart in control behaves, found by drawing from it: the same seed, the same answer. */
export interface InControl {
  /** Standardised points of a process in control, one a call, by lines that are off by this error. */
  draw: (normal: () => number, error: BaselineError) => number;
  /** What the centre and sigma were estimated from: subgroups, and degrees of freedom of sigma. Null = known exactly. */
  estimatedFrom: {subgroups: number; degrees: number} | null;
}

/** In units of a point's standard error: how far the centre is off, and by what factor sigma is. */
export interface BaselineError {
  shift: number;
  stretch: number;
}

const POINTS = 600_000;
const CHARTS = 300;

/**
 * Points between false alarms of these rules: points drawn / alarms raised, starting anew after each, over many charts
 * whose limits carry the error of their own baseline. Good to about 3 %.
 * @see Champ & Woodall (1987), Technometrics 29:393 (91.75 for the four Western Electric rules); Quesenberry (1993), J. Quality
 * Technology 25:237 (limits from few subgroups)
 */
export function averageRunLength(rules: readonly RunRule[], {draw, estimatedFrom}: InControl): number {
  const normal = normalDraws(20260101);
  const z = new Float64Array(POINTS / CHARTS);
  let alarms = 0;
  for (let chart = 0; chart < CHARTS; chart++) {
    const error = errorOfBaseline(estimatedFrom, normal);
    for (let i = 0; i < z.length; i++) z[i] = draw(normal, error);
    for (let i = 0, from = 0; i < z.length; i++) {
      if (!rules.some(({broken}) => broken(z, i, from))) continue;
      alarms++;
      from = i + 1;
    }
  }
  return alarms === 0 ? Number.POSITIVE_INFINITY : POINTS / alarms;
}

function errorOfBaseline(from: InControl['estimatedFrom'], normal: () => number): BaselineError {
  if (from === null) return {shift: 0, stretch: 1};
  const unit = 2 / (9 * from.degrees);
  // Chi-squared over its degrees of freedom, by its cube root. @see Wilson & Hilferty (1931), PNAS 17:684
  const squared = Math.max(1e-3, 1 - unit + normal() * Math.sqrt(unit)) ** 3;
  return {shift: normal() / Math.sqrt(from.subgroups), stretch: Math.sqrt(squared)};
}

/** Means, single values: normal points. */
export const normalPoint = (normal: () => number, {shift, stretch}: BaselineError): number =>
  (normal() - shift) / stretch;

/** Normal draws by the polar method over a 32-bit counter-based generator. @see Marsaglia & Bray (1964), SIAM Review 6:260 */
function normalDraws(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const stretch = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * stretch;
      return u * stretch;
    }
  };
}
