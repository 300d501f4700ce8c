/** The bars of a Pareto as a table. */
import type {ParetoAnswer} from '../../api/schemas.ts';
import {count, percent} from '../format.ts';
import {useDifference} from './difference.ts';
import {Wide} from './wide.tsx';

function Different({of, href}: {of: string; href: string | null}) {
  return href === null ? null : (
    <a href={href} aria-label={`What is different about ${of}?`}>
      What is different?
    </a>
  );
}

interface TableProps {
  answer: ParetoAnswer;
  /** Of the way down. */
  product: string | undefined;
  hrefOf: (key: string) => string | null;
  /** That selects a bar. */
  box: (key: string) => React.ReactNode;
}

export function ParetoTable({answer, product, hrefOf, box}: TableProps) {
  const difference = useDifference();
  return (
    <Wide label="Pareto as a table">
      <table>
        <thead>
          <tr>
            <th>{answer.by}</th>
            <th className="number">defects</th>
            <th className="number">parts</th>
            <th className="number">ppm</th>
            <th className="number">{answer.weight}</th>
            <th className="number">share</th>
            <th className="number">cumulative</th>
            <th>
              <span className="sr-only">compare</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {[...answer.bars, ...(answer.other ? [answer.other] : [])].map(bar => (
            <tr key={bar === answer.other ? 'other' : bar.key}>
              <td>
                {bar === answer.other ? (
                  `Other (${count(answer.other.keys)})`
                ) : (
                  <>
                    {box(bar.key)} <a href={hrefOf(bar.key) ?? undefined}>{bar.key}</a>
                  </>
                )}
              </td>
              <td className="number">{count(bar.count)}</td>
              <td className="number">{count(bar.parts)}</td>
              <td className="number">{count(bar.ppm)}</td>
              <td className="number">{count(bar.weight)}</td>
              <td className="number">{percent(bar.share)}</td>
              <td className="number">{percent(bar.cumulative)}</td>
              <td>
                <Different of={bar === answer.other ? 'the others' : bar.key} href={difference(bar.where, product)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
