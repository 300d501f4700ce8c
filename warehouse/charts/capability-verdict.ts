/** One sentence that a manager can act on: is it capable, for sure or not, and can that be relied on. */
import type {CapabilityAnswer} from '../capability-answers.ts';

/** What customers mostly ask for. @see AIAG, Production Part Approval Process (PPAP), 4th ed., 2.2.11.3 */
const USUAL = 1.33;

type Judged = Pick<CapabilityAnswer, 'ppk' | 'stable' | 'ppm' | 'n' | 'fits' | 'fitted' | 'normal'>;

export function verdict(parameter: string, required = USUAL, answer: Judged): CapabilityAnswer['verdict'] {
  const {ppk, stable} = answer;
  if (ppk === null) return {capable: 'open', required, sentence: `${parameter} has no limit to be held against.`};
  const capable = ppk.low >= required ? 'yes' : ppk.high < required ? 'no' : 'open';
  const figure = `Ppk ${ppk.value.toFixed(2)} [${ppk.low.toFixed(2)}, ${ppk.high.toFixed(2)}]`;
  const is = stable.ok
    ? {yes: 'is capable', no: 'is not capable', open: 'may or may not be capable'}[capable]
    : {yes: 'was capable', no: 'was not capable', open: 'may or may not have been capable'}[capable];
  const judged = `${parameter} ${is}: ${figure} ${AGAINST[capable]} the ${required} asked for.${besides(answer)}`;
  const steady = stable.ok
    ? 'The process is stable.'
    : `The process is not stable, ${beyondText(stable)}: this says what was, not what comes.`;
  return {capable, required, sentence: `${judged} ${steady}`};
}

const AGAINST = {yes: 'is above', no: 'is below', open: 'could lie on either side of'};

function besides({normal, fits, fitted}: Judged): string {
  if (!normal.disagrees) return '';
  const ppk = normal.percentile?.ppk ?? fits.find(f => f.distribution === fitted?.distribution)?.ppk?.value;
  return ppk == null ? '' : ` By percentiles Ppk is ${ppk.toFixed(2)}, which differs by more than 10 %.`;
}

const WORDS: Partial<Record<string, string>> = {r: 'ranges', s: 'standard deviations', mr: 'moving ranges'};

const grouped = (count: number) => count.toLocaleString('en');

function beyondText({outside, points, spread}: CapabilityAnswer['stable']): string {
  const parts = [
    outside > 0 ? `${grouped(outside)} of ${grouped(points)} points are beyond its limits` : '',
    spread.outside > 0
      ? `${grouped(spread.outside)} of ${grouped(spread.points)} ${WORDS[spread.chart] ?? spread.chart} beyond theirs`
      : '',
  ].filter(text => text !== '');
  return parts.join(' and ');
}
