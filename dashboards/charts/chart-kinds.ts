/** What the kinds of control charts are called, which of them suit a parameter, and how their values are written. */
import type {ChartAnswer, ChartKind} from '../../api/schemas.ts';
import {count, percent} from '../format.ts';

const MEASURED: Partial<Record<ChartKind, string>> = {
  xbar: 'means (x̄)',
  r: 'ranges (R)',
  s: 'standard deviations (S)',
  imr: 'single values (I)',
  mr: 'moving ranges (MR)',
  ewma: 'small shifts (EWMA)',
  cusum: 'small shifts (CUSUM)',
};
export const COUNTED: Partial<Record<ChartKind, string>> = {
  p: 'share of defective parts (p)',
  'laney-p': 'share, spread as it is (Laney p′)',
  np: 'number of defective parts (np)',
  u: 'defects a part (u)',
  'laney-u': 'defects a part, spread as it is (Laney u′)',
  c: 'defects, equal samples (c)',
};
const SEVERAL: Partial<Record<ChartKind, string>> = {t2: 'several at once (Hotelling T²)'};

/** Kinds with run rules: the others have limits alone. */
const WITH_RULES: readonly ChartKind[] = ['xbar', 'imr', 'r', 's', 'p', 'np', 'c', 'u', 'laney-p', 'laney-u'];

/** The kinds that suit: of counts for a defect, of vectors for several parameters at once. */
export function kindsFor(parameter: string, isCounted: boolean): Partial<Record<ChartKind, string>> {
  if (isCounted) return COUNTED;
  return parameter.includes(',') ? SEVERAL : MEASURED;
}

export const hasRules = (kind: ChartKind): boolean => WITH_RULES.includes(kind);
export const isOfSingles = (kind: ChartKind, subgroup: unknown): boolean =>
  kind === 'imr' || kind === 'mr' || String(subgroup) === '1';

/** The spread that belongs beside a chart of means or single values. */
export function companionOf({kind, subgroup, sigmaBy}: ChartAnswer): ChartKind | null {
  if (kind === 'imr' || (kind === 'xbar' && subgroup === 1)) return 'mr';
  if (kind === 'xbar') return sigmaBy === 'rbar' ? 'r' : 's';
  return null;
}

const NOUNS: Record<ChartKind, string> = {
  xbar: 'Means',
  r: 'Ranges',
  s: 'Standard deviations',
  imr: 'Single values',
  mr: 'Moving ranges',
  p: 'Share of defective parts',
  np: 'Number of defective parts',
  c: 'Number of defects',
  u: 'Defects a part',
  'laney-p': 'Share of defective parts',
  'laney-u': 'Defects a part',
  ewma: 'Weighted averages',
  cusum: 'Cumulative sums, in standard errors',
  t2: 'T²',
};

/** "Means by lot", "Single values", "Share of defective parts by 50 in a row" */
export function plotted({kind, subgroup}: Pick<ChartAnswer, 'kind' | 'subgroup'>): string {
  if (isOfSingles(kind, subgroup)) return NOUNS[kind === 'xbar' ? 'imr' : kind];
  return `${NOUNS[kind]} by ${typeof subgroup === 'number' ? `${subgroup} in a row` : subgroup}`;
}

/** How values of this chart are written: shares as per cent, counts whole, else digits that show a hundredth of the limits. */
export function writer({kind, points, limits}: Pick<ChartAnswer, 'kind' | 'points' | 'limits'>) {
  if (kind === 'p' || kind === 'laney-p') return (value: number) => percent(Math.max(0, value));
  if (kind === 'np' || kind === 'c')
    return (value: number) => (Number.isInteger(value) ? count(value) : value.toFixed(1));
  const {lcl, ucl} = Array.isArray(limits) ? limits[limits.length - 1] : limits;
  const values = points.map(({value}) => value);
  const spread =
    lcl !== null && ucl !== null
      ? (ucl - lcl) / 6
      : (ucl ?? values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)) / 6;
  const digits = spread > 0 ? Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(spread)))) : 3;
  return (value: number) =>
    value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits}).replace('-', '−');
}
