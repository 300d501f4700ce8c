/** Choosing points on a chart: drawn over or clicked with the mouse, by sliders, or in the table; the address says which. */
import {lazy, type ReactNode, Suspense, useCallback, useMemo} from 'react';
import type {ChartAnswer} from '../../api/schemas.ts';
import type {Selecting} from '../charts/control-chart.ts';
import type {ChartRow} from '../charts/violations.ts';
import {useQuestion} from '../question.ts';
import {type Chosen, chosenRows, spanOf} from '../selection.ts';

const SelectionPanel = lazy(async () => ({default: (await import('./selection-panel.tsx')).SelectionPanel}));

export interface Selection {
  chosen: Chosen;
  /** Whether anything is chosen, or about to be. */
  isOn: boolean;
  /** For the drawing. */
  selecting: Selecting;
  toggle: (row: ChartRow) => void;
  /** The button that begins it. */
  button: ReactNode;
  /** What can be done with what is chosen. */
  panel: ReactNode;
}

/** @param asBaseline where the chosen points may become the baseline of the limits */
export function useSelection(answer: ChartAnswer, rows: readonly ChartRow[], asBaseline = false): Selection {
  const {params, change} = useQuestion();
  const chosen = useMemo(() => chosenRows(rows, params), [rows, params]);
  const isOn = params.has('span') || params.has('point');
  const toggle = useCallback(
    ({x}: ChartRow) => {
      const names = params.getAll('point');
      const isChosen = chosen.rows.some(row => row.x === x);
      // Without one of them a stretch is its other points.
      if (isChosen && !names.includes(x))
        change({span: null, point: chosen.rows.flatMap(row => (row.x === x ? [] : [row.x]))}, {replace: true});
      else change({point: isChosen ? names.filter(name => name !== x) : [...names, x]}, {replace: true});
    },
    [params, change, chosen],
  );
  const selecting = useMemo(
    () => ({
      runs: chosen.runs,
      isOn,
      span: (from: string, to: string | null) => change({span: `${from}..${to ?? ''}`}),
      toggle,
    }),
    [chosen, isOn, change, toggle],
  );
  const last = rows.length - 1;
  const button = (
    <button
      type="button"
      className="quiet-button"
      aria-expanded={isOn}
      onClick={() => change(isOn ? {span: null, point: null} : {span: spanOf(rows, last, last)})}
    >
      {isOn ? 'Select nothing' : 'Select points'}
    </button>
  );
  const panel = isOn && (
    <Suspense>
      <SelectionPanel answer={answer} rows={rows} chosen={chosen} asBaseline={asBaseline} toggle={toggle} />
    </Suspense>
  );
  return {chosen, isOn, selecting, toggle, button, panel};
}
