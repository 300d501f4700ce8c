/** What a question that claims nothing could have found: an answer of "nothing" is worth what it would not have missed. */
import type {Finding} from '../answers.ts';
import {normalUpperQuantile} from '../statistics/normal.ts';

const POWER = 0.8;
/** Intervals that end here are cut off, and say nothing of how certain the effect is. */
const FURTHEST = {low: 0.0011, high: 900};
/** Nobody waits for so many times the lots. */
const TIMES_MOST = 20;

type Told = Pick<Finding, 'factor' | 'level'> & {
  effect: Pick<Finding['effect'], 'measure' | 'value' | 'low' | 'high' | 'level'>;
};

/**
 * The least effect of one level that would have been claimed about four times in five, and in how many lots the one that was
 * seen would be, if it is as large as it looks: which the first of many seldom is.
 * Minimum detectable effect = (z of the p that a claim needs + z of the power) times the standard error, which falls with the
 * root of the lots; the error is that of the interval, on the scale of the logarithm for a ratio. On planted plants tools as
 * bad as that were claimed in 36 of 40 (120 lots) and 40 of 40 (60 lots): it promises too little rather than too much.
 * @param needed p of that level which would have been a claim
 * @param lots in the question
 * @see Bloom (1995), Minimum detectable effects, Evaluation Review 19:547
 * @returns null where the interval has no end
 */
export function detectable(
  {effect}: Told,
  needed: number,
  lots: number,
): {least: number; wanted: number | null} | null {
  const isRatio = effect.measure === 'riskRatio';
  if (isRatio && (effect.low < FURTHEST.low || effect.high > FURTHEST.high)) return null;
  const scale = (x: number) => (isRatio ? Math.log(x) : x);
  const error = (scale(effect.high) - scale(effect.low)) / (2 * normalUpperQuantile((1 - effect.level) / 2));
  if (!(error > 0 && Number.isFinite(error))) return null;
  const reach = normalUpperQuantile(needed / 2) + normalUpperQuantile(1 - POWER);
  const least = isRatio ? Math.exp(reach * error) : reach * error;
  const times = ((reach * error) / scale(effect.value)) ** 2;
  const wanted = times > 1 && times <= TIMES_MOST ? Math.ceil(times * lots) : null;
  return {least, wanted};
}

/** In a sentence. @param ofParts no lots are known, and each part stands for itself */
export function detectableInWords(finding: Told, needed: number, lots: number, ofParts: boolean): string | null {
  const found = detectable(finding, needed, lots);
  if (found === null) return null;
  const {factor, level, effect} = finding;
  const unit = ofParts ? 'parts' : 'lots';
  const round = (x: number) => x.toLocaleString('en-US', {maximumSignificantDigits: 2});
  const what = effect.measure === 'riskRatio' ? 'risk ratio' : 'difference';
  const wanted =
    found.wanted === null
      ? ''
      : `; the ${what} of ${round(effect.value)} that is seen would take about ${round(found.wanted)}, if it is as large as it looks`;
  return `Nothing is claimed. In these ${lots.toLocaleString('en-US')} ${unit} a ${what} of about ${round(found.least)} or more at ${factor}${level === null ? '' : ` ${level}`} would have been claimed four times in five${wanted}.`;
}
