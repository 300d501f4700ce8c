/** The plots that convince, or do not, beside rates by level: a number's spread by outcome, and the outcome over time. */
import {useCallback} from 'react';
import type {Finding, FindingAnswer, OutcomeHistogram, TimeStrip} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {outcomeHistogram} from '../charts/outcome-histogram.ts';
import {labelOf} from '../charts/ribs.ts';
import {dotsOf, reachOf, timeStrip} from '../charts/time-strip.ts';
import {count, counted, moment, percent} from '../format.ts';
import {useQuestion} from '../question.ts';
import {ChartFigure} from './chart-figure.tsx';
import type {Taken} from './take-along.tsx';
import {Wide} from './wide.tsx';

const sum = (values: readonly number[]) => values.reduce((all, n) => all + n, 0);

export function FindingPlots({detail, overall}: {detail: FindingAnswer; overall: number | null}) {
  const {finding, histogram, strip} = detail;
  const taken = (what: string, rows: readonly object[]): Taken => ({
    name: `${finding.factor}-${what}`,
    rows,
    asOf: detail.asOf,
    asked: {of: 'finding', question: {id: finding.id}},
  });
  return (
    <>
      {histogram && <Spread histogram={histogram} finding={finding} taken={taken} />}
      {strip && <OverTime strip={strip} finding={finding} overall={overall} taken={taken} />}
    </>
  );
}

type Taking = (what: string, rows: readonly object[]) => Taken;

interface SpreadProps {
  histogram: OutcomeHistogram;
  finding: Finding;
  taken: Taking;
}

function Spread({histogram, finding, taken}: SpreadProps) {
  const draw = useCallback(
    (width: number) => outcomeHistogram(histogram, {width, threshold: finding.threshold}),
    [histogram, finding.threshold],
  );
  const {from, width, defective, others, below, above} = histogram;
  const rows = defective.map((n, k) => ({
    from: from + k * width,
    to: from + (k + 1) * width,
    defective: n,
    others: others[k],
  }));
  const outside = below.defective + below.others + above.defective + above.others;
  return (
    <ChartFigure
      title="Distribution by outcome"
      subtitle={`${counted(sum(defective) + below.defective + above.defective, 'defective part')} against ${count(sum(others) + below.others + above.others)} others, shares of each${outside > 0 ? `; ${counted(outside, 'part')} beyond the ends` : ''}`}
      draw={draw}
      taken={taken('distribution', rows)}
      table={
        <Wide label="Distribution as a table">
          <table>
            <thead>
              <tr>
                <th className="number">from</th>
                <th className="number">to</th>
                <th className="number">defective</th>
                <th className="number">others</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(row => (
                <tr key={row.from}>
                  <td className="number">{Number(row.from.toPrecision(5))}</td>
                  <td className="number">{Number(row.to.toPrecision(5))}</td>
                  <td className="number">{count(row.defective)}</td>
                  <td className="number">{count(row.others)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      }
    />
  );
}

interface StripProps {
  strip: TimeStrip;
  finding: Finding;
  overall: number | null;
  taken: Taking;
}

function OverTime({strip, finding, overall, taken}: StripProps) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const means = finding.effect.measure === 'meanDifference';
  const hrefOf = useCallback((lot: string) => href('/trace', {id: lot, kind: 'lot'}), [href]);
  const draw = useCallback(
    (width: number) => timeStrip(strip, {width, timeZone, means, overall, hrefOf}),
    [strip, timeZone, means, overall, hrefOf],
  );
  const write = (rate: number | null) =>
    rate === null ? '–' : means ? String(Number(rate.toPrecision(5))) : percent(rate);
  const {points, marks, timeless, unit} = strip;
  const dots = [...dotsOf(strip, 'exposed'), ...dotsOf(strip, 'others')];
  const reach = reachOf(dots);
  const reaches = dots.some(({rate}) => rate > reach);
  const many = points.some(({lots}) => lots > 1);
  return (
    <ChartFigure
      title="Over time"
      subtitle={
        <>
          {means ? 'Mean' : 'Share of defective parts'} of each {many ? `few ${unit}s` : unit}, by when it began.
          {marks && <> ◆ {labelOf(finding)}, ○ others.</>}
          {!means && reaches && ' ▲ Few parts, and a share beyond the scale.'}
          {timeless > 0 && ` ${counted(timeless, 'part')} without a time left out.`}
        </>
      }
      draw={draw}
      taken={taken('over-time', points)}
      table={
        <Wide label="Over time as a table">
          <table>
            <thead>
              <tr>
                <th>began</th>
                <th>{unit}</th>
                {marks && <th className="number">exposed</th>}
                {marks && <th className="number">parts</th>}
                <th className="number">{marks ? 'others' : 'all'}</th>
                <th className="number">parts</th>
              </tr>
            </thead>
            <tbody>
              {points.map(({name, from, lots, exposed, others}) => (
                <tr key={`${from} ${name}`}>
                  <td>{moment(from, timeZone)}</td>
                  <td>{name ?? counted(lots, unit)}</td>
                  {marks && <td className="number">{write(exposed.rate)}</td>}
                  {marks && <td className="number">{count(exposed.parts)}</td>}
                  <td className="number">{write(others.rate)}</td>
                  <td className="number">{count(others.parts)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      }
    />
  );
}
