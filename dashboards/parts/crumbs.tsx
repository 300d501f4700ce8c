/** The way from everything to what is shown, each step a link back to it, and on to the causes. */
import {useEffect, useRef} from 'react';
import {type DrillStep, drilled, drilledFilter, useQuestion, withDrill} from '../question.ts';
import {useDifference} from './difference.ts';

export function Crumbs({drill, ways}: {drill: readonly DrillStep[]; ways: Record<string, string>}) {
  const {params, scope, href} = useQuestion();
  const by = params.get('by') ?? 'defect';
  const {defect, product, where} = drilled(scope, drill);
  // Of a defect alone that is the question of its causes.
  const difference = useDifference()(drill.some(step => step.by !== 'defect') ? drilledFilter(drill) : null);
  const nav = useRef<HTMLElement>(null);
  const way = JSON.stringify(drill);
  const wayBefore = useRef(way);
  useEffect(() => {
    // What led here goes, and would take the focus of whoever walks by keyboard with it.
    if (way !== wayBefore.current) (nav.current?.querySelector('b') ?? nav.current)?.focus();
    wayBefore.current = way;
  }, [way]);
  return (
    <nav ref={nav} tabIndex={-1} className="crumbs" aria-label="Way down">
      {drill.length > 0 && (
        <ol>
          <li>
            <a href={`/?${withDrill(params, [], drill[0].by)}`}>Everything</a>
          </li>
          {drill.map((step, k) => (
            <li key={`${step.by} ${step.key}`}>
              {k === drill.length - 1 ? (
                <b tabIndex={-1} aria-current="step">
                  {step.key}
                </b>
              ) : (
                <a href={`/?${withDrill(params, drill.slice(0, k + 1), drill[k + 1].by)}`}>{step.key}</a>
              )}
            </li>
          ))}
          <li>by {ways[by] ?? by}</li>
        </ol>
      )}
      <a href={href('/investigate', {defect: defect ?? null, product: product ?? null, where: where ?? null})}>
        Causes {drill.length > 0 ? 'of these' : 'of all failures'}
      </a>
      {difference !== null && <a href={difference}>What is different about these?</a>}
    </nav>
  );
}
