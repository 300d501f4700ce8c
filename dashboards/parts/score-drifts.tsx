/** Whether the scores of inspectors, and the images that they get, are still what they were. */
import {useCallback} from 'react';
import type {InspectorDrift} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {scoreSeries} from '../charts/score-series.ts';
import {count, moment, percent} from '../format.ts';
import {useScoreDrift} from '../inspection-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {ChartFigure} from './chart-figure.tsx';
import {Notes} from './inspectors.tsx';
import {Wide} from './wide.tsx';

const SIGNS = {drifted: '▲', 'no evidence': '○', 'too little': '·'} as const;

export function ScoreDrifts() {
  const {scope, params} = useQuestion();
  const {product, where, asOf} = scope;
  const query = useScoreDrift({
    product,
    where,
    asOf,
    inspector: params.get('inspector') ?? undefined,
    station: params.get('station') ?? undefined,
  });
  return (
    <section aria-labelledby="drift" className="several">
      <h2 id="drift">Are scores and images still what they were?</h2>
      <Answer query={query}>
        {({inspectors, notes, asOf: position}) => (
          <>
            {inspectors.map(drift => (
              <Drift key={`${drift.inspector} ${drift.measure}`} drift={drift} asOf={position} />
            ))}
            {inspectors.length === 0 && (
              <p className="subtitle">No inspector here says how sure it is, and none had images that were measured.</p>
            )}
            <Notes notes={notes} />
          </>
        )}
      </Answer>
    </section>
  );
}

function Drift({drift, asOf}: {drift: InspectorDrift; asOf: number}) {
  const draw = useCallback((width: number) => scoreSeries(drift, width), [drift]);
  const {card} = drift;
  const status =
    card !== null && (card.status === 'drifted' || drift.status === 'too little') ? card.status : drift.status;
  return (
    <ChartFigure
      title={`${SIGNS[status]} ${drift.inspector}, ${drift.measure}: ${status}`}
      subtitle={[drift.reason, ...(drift.card === null ? [] : [drift.card.reason])].map(sentence).join(' ')}
      draw={draw}
      taken={{name: `${drift.measure}-${drift.inspector}`, rows: drift.series, asOf, asked: null}}
      table={<Series {...drift} />}
    />
  );
}

const sentence = (words: string) => `${words[0].toUpperCase()}${words.slice(1)}.`;

function Series({series, unit, measure}: InspectorDrift) {
  const zone = usePlant().data?.timeZone;
  return (
    <Wide label={`Mean ${measure} in the order of time`}>
      <table>
        <thead>
          <tr>
            <th>{unit === 'lot' ? 'Lot' : 'Day'}</th>
            <th>From</th>
            <th className="number">Inspections</th>
            <th className="number">Mean {measure}</th>
            <th className="number">Fail</th>
          </tr>
        </thead>
        <tbody>
          {series.map(({key, at, n, mean, failShare}) => (
            <tr key={key}>
              <td>{key}</td>
              <td>{moment(at, zone)}</td>
              <td className="number">{count(n)}</td>
              <td className="number">{mean.toFixed(3)}</td>
              <td className="number">{percent(failShare)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
