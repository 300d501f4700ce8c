import type {ChartQuestion} from '../chart-answers.ts';
import {COUNTED} from './counted-chart.ts';

type Option = 'lambda' | 'width' | 'k' | 'h' | 'sigma' | 'subgroup';

/** What a question asks for that a chart of its kind has no use for: told, since whoever asked takes it as done. */
export function unusedOptions(question: ChartQuestion): string[] {
  const {kind, subgroup} = question;
  const isUsed: Record<Option, boolean> = {
    lambda: kind === 'ewma',
    width: kind === 'ewma',
    k: kind === 'cusum',
    h: kind === 'cusum',
    sigma: !COUNTED.has(kind) && kind !== 't2',
    subgroup: (kind !== 'imr' && kind !== 'mr') || subgroup === 1,
  };
  const unused = (Object.keys(isUsed) as Option[]).filter(name => question[name] !== undefined && !isUsed[name]);
  return unused.map(name => `${name} means nothing on a chart of kind ${kind}, and was not used`);
}
