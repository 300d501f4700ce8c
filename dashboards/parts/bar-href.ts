import {useCallback} from 'react';
import type {ParetoAnswer} from '../../api/schemas.ts';
import {type DrillStep, useQuestion, withDrill} from '../question.ts';

/** Where a bar leads: to what it is made of, and from a lot to the lot. */
export function useBarHref(answer: ParetoAnswer, drill: readonly DrillStep[]): (key: string) => string | null {
  const {params, href} = useQuestion();
  return useCallback(
    (key: string) => {
      if (answer.by === 'part.lot') return href('/trace', {id: key, kind: 'lot'});
      const next = answer.bars.find(bar => bar.key === key)?.next;
      return next ? `/?${withDrill(params, [...drill, {by: answer.by, key}], next.by)}` : null;
    },
    [answer, drill, params, href],
  );
}
