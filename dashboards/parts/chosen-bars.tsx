/** Bars of a Pareto that somebody selected, and what is different about the parts behind them. */
import '../style/selection.css';
import type {ParetoAnswer} from '../../api/schemas.ts';
import {count, counted} from '../format.ts';
import {useQuestion} from '../question.ts';
import {useDifference} from './difference.ts';

interface Props {
  bars: ParetoAnswer['bars'];
  /** Of the way down to them. */
  product: string | undefined;
}

export function ChosenBars({bars, product}: Props) {
  const {change} = useQuestion();
  const filters = bars.map(({where}) => where);
  const these = filters.every(where => where !== null)
    ? filters.length === 1
      ? filters[0]
      : filters.map(where => `(${where})`).join(' or ')
    : null;
  const href = useDifference()(these, product);
  return (
    <section className="selection" aria-label="Selected bars">
      <p className="selection-title">
        <b>{counted(bars.length, 'bar')} selected</b>
        {bars.length > 0 && `: ${bars.map(({key}) => key).join(', ')}`}
      </p>
      <p className="selection-acts">
        {bars.length === 0 ? (
          <span>The bars that this link selects are not among those shown.</span>
        ) : href === null ? (
          <span>The parts behind these bars have no filter.</span>
        ) : (
          <a className="button" href={href}>
            {bars.length === 1
              ? 'What is different about its parts?'
              : `What is different about the parts of these ${count(bars.length)}?`}
          </a>
        )}
        <button type="button" className="quiet-button" onClick={() => change({bar: null})}>
          Clear
        </button>
      </p>
    </section>
  );
}
