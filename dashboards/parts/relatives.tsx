/** Relatives of an item on one side, level by level. */
import type {Related} from '../../api/schemas.ts';
import {byDepth} from '../charts/story.ts';
import {count, words} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Shortened} from './shortened.tsx';

/** Of one level. */
const SHOWN = 12;

interface RelativesProps {
  title: string;
  side: 'backward' | 'forward';
  related: readonly Related[];
  more: number;
}

export function Relatives({title, side, related, more}: RelativesProps) {
  const {href} = useQuestion();
  return (
    <section className={`relatives ${side}`} aria-label={title}>
      <h2>{title}</h2>
      {related.length === 0 && <p className="subtitle">Nothing is recorded.</p>}
      {byDepth(related).map(({depth, items}) => (
        <div key={depth}>
          <h3>{depth === 1 ? 'directly' : `${depth} levels away`}</h3>
          <Shortened items={items} first={SHOWN}>
            {some => (
              <ul>
                {some.map(item => (
                  <li key={`${item.kind} ${item.id}`}>
                    <a href={href('/trace', {id: item.id, kind: item.kind})}>
                      <code>{item.id}</code>
                    </a>
                    <small>{item.detail ?? words(item.kind)}</small>
                  </li>
                ))}
              </ul>
            )}
          </Shortened>
        </div>
      ))}
      {more > 0 && <p className="subtitle">and {count(more)} more that are not listed</p>}
    </section>
  );
}
