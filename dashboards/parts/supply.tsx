/** How fresh each source is, and how complete what ties parts and lots together. */
import type {SupplyAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {age, count, counted, moment, percent} from '../format.ts';
import {useNow} from '../live.ts';
import {useQuestion} from '../question.ts';
import {useSupply} from '../supply-questions.ts';
import {Answer} from './answer.tsx';
import {Shortened} from './shortened.tsx';
import {Wide} from './wide.tsx';

export function Supply() {
  return (
    <Answer query={useSupply()}>
      {({sources, genealogy}) =>
        sources.length === 0 ? null : (
          <div className="two-columns supply">
            <Freshness sources={sources} />
            <Completeness links={genealogy} />
          </div>
        )
      }
    </Answer>
  );
}

/** 5400 → "1 h" */
const pause = (seconds: number) => age(new Date(0).toISOString(), seconds * 1000);

function Freshness({sources}: {sources: SupplyAnswer['sources']}) {
  const timeZone = usePlant().data?.timeZone;
  useNow();
  const isLate = ({expectedBy}: SupplyAnswer['sources'][number]) =>
    expectedBy !== null && Date.parse(expectedBy) < Date.now();
  const late = sources.filter(isLate).length;
  return (
    <section aria-label="Freshness by source">
      <h2>{late === 0 ? 'No source is late' : `${counted(late, 'source')} ${late === 1 ? 'is' : 'are'} late`}</h2>
      <p className="subtitle">
        When each was last heard of, and how often it usually comes; late is silent for four usual pauses.
      </p>
      <Shortened items={sources} first={12}>
        {some => (
          <Wide label="Freshness by source">
            <table>
              <thead>
                <tr>
                  <th>source</th>
                  <th className="number">last</th>
                  <th className="number">usually every</th>
                  <th className="number">batches</th>
                  <th className="number">rejected</th>
                </tr>
              </thead>
              <tbody>
                {some.map(source => (
                  <tr key={source.source}>
                    <td className="source">{source.source}</td>
                    <td className="number" title={moment(source.lastAt, timeZone)}>
                      {isLate(source) && <b className="late">◆ late </b>}
                      {age(source.lastAt)}
                    </td>
                    <td className="number">
                      {source.usualPauseSeconds === null ? '–' : pause(source.usualPauseSeconds)}
                    </td>
                    <td className="number">{count(source.batches)}</td>
                    <td className="number">
                      {source.rejected === 0 ? '–' : percent(source.rejected / (source.accepted + source.rejected))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        )}
      </Shortened>
    </section>
  );
}

function Completeness({links}: {links: SupplyAnswer['genealogy']}) {
  const {href} = useQuestion();
  const gaps = links.filter(({expected, found}) => found < expected).length;
  return (
    <section aria-label="Completeness of genealogy">
      <h2>{gaps === 0 ? 'Genealogy is complete' : 'Genealogy has gaps'}</h2>
      <p className="subtitle">What ties parts and lots together, where the plant tells of it at all.</p>
      <Wide label="Completeness of genealogy">
        <table>
          <thead>
            <tr>
              <th>what</th>
              <th className="number">known</th>
              <th className="number">of</th>
              <th className="number">share</th>
              <th>without, such as</th>
            </tr>
          </thead>
          <tbody>
            {links.map(({what, expected, found, missing}) => (
              <tr key={what}>
                <td>
                  {found === expected ? '●' : '◌'} {what}
                </td>
                <td className="number">{count(found)}</td>
                <td className="number">{count(expected)}</td>
                <td className="number">{expected === 0 ? '–' : percent(found / expected)}</td>
                <td>
                  {missing.map(id => (
                    <span key={id}>
                      <a href={href('/trace', {id})}>
                        <code>{id}</code>
                      </a>{' '}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}
