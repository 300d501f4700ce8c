import {studentTail} from './tails.ts';

/** The values of one lot, by their quartiles. */
export interface LotFigures {
  n: number;
  q1: number;
  median: number;
  q3: number;
}

export interface ScaleChange {
  is: 'unit' | 'step' | 'spread';
  /** Of a unit: what it looks like, such as `inches became millimetres (times 25.4)`. */
  like: string | null;
  usual: number;
  now: number;
}

/** now = factor * usual + offset. */
const UNITS: readonly {factor: number; offset: number; like: string}[] = [
  ...both(25.4, 'inches', 'millimetres'),
  ...both(1000, 'a unit', 'its thousandth'),
  ...both(100, 'a unit', 'its hundredth'),
  ...both(10, 'a unit', 'its tenth'),
  ...both(14.503774, 'bar', 'psi'),
  ...both(6.894757, 'psi', 'kPa'),
  ...both(8.850746, 'Nm', 'in-lb'),
  ...both(1.355818, 'ft-lb', 'Nm'),
  ...both(4.448222, 'lbf', 'N'),
  ...both(2.204623, 'kg', 'lb'),
  ...both(60, 'minutes', 'seconds'),
  {factor: 1.8, offset: 32, like: '°C became °F (times 9/5, plus 32)'},
  {factor: 1 / 1.8, offset: -32 / 1.8, like: '°F became °C (minus 32, times 5/9)'},
  {factor: 1, offset: 273.15, like: '°C became K (plus 273.15)'},
  {factor: 1, offset: -273.15, like: 'K became °C (minus 273.15)'},
];

function both(factor: number, from: string, to: string) {
  return [
    {factor, offset: 0, like: `${from} became ${to} (times ${factor})`},
    {factor: 1 / factor, offset: 0, like: `${to} became ${from} (divided by ${factor})`},
  ];
}

/** Fewer lots than this do not say how lots differ. */
const LOTS_MIN = 3;
/** A shift of less than so many times the spread within a lot is a matter for control charts. */
const SPREADS = 5;
const SPREAD_RATIO = 4;
const SPREAD_VALUES_MIN = 20;

/**
 * Whether the values of a new lot are on another scale than those of the lots before. Their median has to lie outside of the
 * prediction interval for one more lot, which takes what lots differ by into account, and far away in terms of the spread
 * within lots as well. Where a change of units explains it, it is that; this much is seen from one lot before.
 * @param alpha chance of a false alarm of each of the two tests, where medians of lots are normal
 * @see Hahn & Meeker (1991), Statistical Intervals, 4.7: prediction interval for a single future observation
 */
export function scaleChange(now: LotFigures, lots: readonly LotFigures[], alpha: number): ScaleChange | null {
  if (lots.length === 0) return null;
  const medians = lots.map(({median}) => median);
  const usual = middle(medians);
  const spread = middle(lots.map(({q1, q3}) => q3 - q1));
  const distance = Math.abs(now.median - usual);
  // The median of n normal values varies by 1.2533 sigma / sqrt(n), and sigma is the quartiles' distance / 1.349.
  const own = (0.929 * spread) / Math.sqrt(now.n);
  const between = lots.length >= LOTS_MIN ? deviation(medians) : null;
  const scale = between === null ? 0 : Math.hypot(between * Math.sqrt(1 + 1 / lots.length), own);
  const least = spread > 0 ? SPREADS * spread : Math.abs(usual) / 2;
  const isFar = distance > least && (between === null || isRare(distance, scale, lots.length, alpha));
  if (isFar) {
    const like = unitsLike(now, usual, spread, between ?? 0);
    if (like) return {is: 'unit', like, usual, now: now.median};
    if (between !== null) return {is: 'step', like: null, usual, now: now.median};
  }
  return spreadChange(now, lots, alpha);
}

function spreadChange(now: LotFigures, lots: readonly LotFigures[], alpha: number): ScaleChange | null {
  const logs = lots.filter(({q1, q3}) => q3 > q1).map(({q1, q3}) => Math.log(q3 - q1));
  if (logs.length < LOTS_MIN || now.n < SPREAD_VALUES_MIN || now.q3 <= now.q1) return null;
  const usual = middle(logs);
  const distance = Math.abs(Math.log(now.q3 - now.q1) - usual);
  // The quartiles' distance of n normal values varies by 1.166 of itself / sqrt(n).
  const own = 1.166 / Math.sqrt(now.n);
  const scale = Math.hypot(deviation(logs) * Math.sqrt(1 + 1 / logs.length), own);
  if (distance <= Math.log(SPREAD_RATIO) || !isRare(distance, scale, logs.length, alpha)) return null;
  return {is: 'spread', like: null, usual: Math.exp(usual), now: now.q3 - now.q1};
}

const isRare = (distance: number, scale: number, lots: number, alpha: number): boolean =>
  scale === 0 || studentTail(distance / scale, lots - 1) < alpha / 2;

/** The changes of units that explain median and spread, the one that does so best first; undefined if none does. */
function unitsLike(now: LotFigures, usual: number, spread: number, between: number): string | undefined {
  const nowSpread = now.q3 - now.q1;
  const fitting = UNITS.flatMap(({factor, offset, like}) => {
    const off = Math.abs(now.median - (factor * usual + offset));
    const tolerance = factor * Math.max(spread, 3 * between) + 1e-9 * Math.abs(now.median);
    const ratio = spread > 0 ? nowSpread / (factor * spread) : nowSpread > 0 ? Infinity : 1;
    const fits = off <= tolerance && ratio > 0.5 && ratio < 2;
    return fits ? [{like, off: off / tolerance + Math.abs(Math.log(ratio))}] : [];
  });
  const best = fitting.sort((a, b) => a.off - b.off).slice(0, 3);
  return best.length > 0 ? best.map(({like}) => like).join(', or ') : undefined;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
