/** The six panels: two charts, the last subgroups; histogram, probability plot, spans. */
import {useCallback} from 'react';
import type {CapabilityAnswer, Panel, SixPack} from '../../api/schemas.ts';
import type {Asked} from '../behind.ts';
import {capabilityHistogram} from '../charts/capability-histogram.ts';
import {capabilityLast} from '../charts/capability-last.ts';
import {capabilityPoints, digitsFor, figure, markName, panelHeadline} from '../charts/capability-points.ts';
import {capabilityProbability} from '../charts/capability-probability.ts';
import {capabilitySpans, spanName} from '../charts/capability-spans.ts';
import {nameOf} from '../charts/violations.ts';
import {count, counted, probability as pText} from '../format.ts';
import {ChartFigure} from './chart-figure.tsx';
import type {Taken} from './take-along.tsx';
import {Wide} from './wide.tsx';

interface Props {
  answer: CapabilityAnswer;
  sixPack: SixPack;
  timeZone: string | undefined;
  /** Of all panels: the question that gives them. */
  asked: Asked;
}

const KINDS: Partial<Record<Panel['kind'], string>> = {
  xbar: 'Means of the subgroups',
  imr: 'Single values',
  r: 'Ranges of the subgroups',
  s: 'Standard deviations of the subgroups',
  mr: 'Moving ranges',
};

interface Taking {
  taken: (panel: string, rows: readonly object[]) => Taken;
}

export function SixPackPanels({answer, sixPack, timeZone, asked}: Props) {
  const digits = digitsFor(answer.sigmaOverall);
  const taken = (panel: string, rows: readonly object[]): Taken => ({
    name: `${answer.parameter}-${panel}`,
    rows,
    asOf: answer.asOf,
    asked,
  });
  return (
    <section className="six-pack" aria-label="Six panels">
      <Points panel={sixPack.means} digits={digits} timeZone={timeZone} taken={taken} />
      <Histogram answer={answer} sixPack={sixPack} digits={digits} taken={taken} />
      <Points panel={sixPack.spread} digits={digits + 1} timeZone={timeZone} taken={taken} />
      <Probability answer={answer} sixPack={sixPack} digits={digits} taken={taken} />
      <Last answer={answer} sixPack={sixPack} digits={digits} taken={taken} />
      <Spans answer={answer} sixPack={sixPack} digits={digits} taken={taken} />
    </section>
  );
}

interface PointsProps extends Taking {
  panel: Panel;
  digits: number;
  timeZone: string | undefined;
}

function Points({panel, digits, timeZone, taken}: PointsProps) {
  const draw = useCallback(
    (width: number) => capabilityPoints(panel, {width, digits, timeZone}),
    [panel, digits, timeZone],
  );
  const most = panel.marks.reduce((points, mark) => Math.max(points, mark.points), 0);
  return (
    <ChartFigure
      title={panelHeadline(panel)}
      subtitle={
        <>
          {KINDS[panel.kind] ?? panel.kind} in order of time, limits at three sigma.{' '}
          {most > 1 && `Each mark is ${count(most)} points, from the lowest to the highest. `}
          {panel.outside > 0 && '◆ beyond the limits.'}
        </>
      }
      draw={draw}
      taken={taken(panel.kind, panel.marks)}
      table={
        <Table
          label={KINDS[panel.kind] ?? panel.kind}
          names={['point', 'from', 'to', 'lcl', 'ucl', 'beyond']}
          rows={panel.marks.map(mark => [
            markName(mark),
            figure(mark.low, digits),
            figure(mark.high, digits),
            mark.lcl === null ? '–' : figure(mark.lcl, digits),
            mark.ucl === null ? '–' : figure(mark.ucl, digits),
            mark.outside > 0 ? count(mark.outside) : '',
          ])}
        />
      }
    />
  );
}

type PanelProps = Omit<Props, 'timeZone' | 'asked'> & Taking & {digits: number};

function Last({sixPack: {last}, answer, digits, taken}: PanelProps) {
  const draw = useCallback(
    (width: number) => capabilityLast(last, {width, digits, center: answer.mean}),
    [last, digits, answer.mean],
  );
  const many = last.some(({n, values}) => n > values.length);
  return (
    <ChartFigure
      title={`Values of the last ${counted(last.length, 'subgroup')}`}
      subtitle={
        <>
          A dot is a value{last.some(({n}) => n > 1) ? ', a dash the mean of its subgroup' : ''}.
          {many ? ' Of large subgroups forty values from the lowest to the highest.' : ''}
        </>
      }
      draw={draw}
      taken={taken('last', last)}
      table={
        <Table
          label="Last subgroups"
          names={['subgroup', 'values', 'mean', 'lowest', 'highest']}
          rows={last.map(({n, mean, values, ...point}) => [
            nameOf(point),
            count(n),
            figure(mean, digits),
            figure(values[0], digits),
            figure(values[values.length - 1], digits),
          ])}
        />
      }
    />
  );
}

function Histogram({answer, sixPack, digits, taken}: PanelProps) {
  const draw = useCallback(
    (width: number) => capabilityHistogram(sixPack, answer, {width, digits}),
    [sixPack, answer, digits],
  );
  const beyond = Math.round((answer.ppmObserved / 1e6) * answer.n);
  const fitted = sixPack.histogram.curves.some(({name}) => name === 'fitted');
  return (
    <ChartFigure
      title={
        beyond === 0
          ? `None of ${count(answer.n)} values is beyond the limits`
          : `${counted(beyond, 'value')} of ${count(answer.n)} ${beyond === 1 ? 'is' : 'are'} beyond the limits`
      }
      subtitle={
        <>
          All values. Normal curves: <Key dash="" /> overall, <Key dash="2 3" faint /> within subgroups
          {fitted && (
            <>
              ; <Key dash="7 3" strong /> {answer.fitted?.distribution}
            </>
          )}
          .{answer.guard !== null && ' Dashed lines: accepted by the guard band.'}
        </>
      }
      draw={draw}
      taken={taken('histogram', sixPack.histogram.bins)}
      table={
        <Table
          label="Histogram"
          names={['from', 'to', 'values']}
          rows={sixPack.histogram.bins.map(bin => [figure(bin.from, digits), figure(bin.to, digits), count(bin.count)])}
        />
      }
    />
  );
}

function Probability({answer, sixPack, digits, taken}: PanelProps) {
  const draw = useCallback((width: number) => capabilityProbability(sixPack, {width, digits}), [sixPack, digits]);
  const normal = answer.fits.find(fit => fit.distribution === 'normal');
  const other = answer.fits.find(
    fit => fit.distribution === answer.fitted?.distribution && fit.distribution !== 'normal',
  );
  const fits = (p: number) => (p < 0.05 ? 'does not fit' : 'fits');
  return (
    <ChartFigure
      title={
        normal === undefined
          ? 'Are they normal?'
          : `The normal distribution ${fits(normal.p)} (p ${pText(normal.p)})${other === undefined ? '' : `; ${other.distribution} ${normal.p < 0.05 && other.p < 0.05 ? 'neither' : fits(other.p)} (p ${pText(other.p)})`}`
      }
      subtitle={
        <>
          Values against the share below them, on normal paper; <Key dash="" /> normal with its 95&nbsp;% band
          {other !== undefined && (
            <>
              , <Key dash="7 3" strong /> {other.distribution}
            </>
          )}
          . p by Anderson and Darling.
        </>
      }
      draw={draw}
      taken={taken('probability', sixPack.probability.points)}
      table={
        <Table
          label="Probability plot"
          names={['value', 'share below', 'normal quantile']}
          rows={sixPack.probability.points.map(({value, share, z}) => [
            figure(value, digits),
            `${Number((share * 100).toPrecision(4))}\u00a0%`,
            z.toFixed(3).replace('-', '−'),
          ])}
        />
      }
    />
  );
}

function Spans({answer, sixPack: {spans}, digits, taken}: PanelProps) {
  const fitted = answer.fitted?.distribution ?? '';
  const draw = useCallback((width: number) => capabilitySpans(spans, {width, digits, fitted}), [spans, digits, fitted]);
  const {pp, ppk} = answer;
  return (
    <ChartFigure
      title={
        pp === null
          ? `Ppk ${ppk?.value.toFixed(2)} to the one limit`
          : `Pp ${pp.value.toFixed(2)}, Ppk ${ppk?.value.toFixed(2)}`
      }
      subtitle="What 99.73 % of the values take up, beside what they may."
      draw={draw}
      taken={taken('spans', spans)}
      table={
        <Table
          label="Spans"
          names={['span', 'from', 'centre', 'to']}
          rows={spans.map(({name, low, center, high}) => [
            spanName(name, fitted),
            ...[low, center, high].map(value => (value === null ? '–' : figure(value, digits))),
          ])}
        />
      }
    />
  );
}

/** A piece of a line as it is drawn, instead of a legend. */
function Key({dash, faint, strong}: {dash: string; faint?: boolean; strong?: boolean}) {
  return (
    <svg className={`line-key ${faint ? 'faint' : ''}${strong ? 'strong' : ''}`} viewBox="0 0 24 8" aria-hidden="true">
      <path d="M0 4h24" strokeDasharray={dash || undefined} />
    </svg>
  );
}

function Table({label, names, rows}: {label: string; names: string[]; rows: string[][]}) {
  return (
    <Wide label={label}>
      <table>
        <thead>
          <tr>
            {names.map((name, k) => (
              <th key={name} className={k === 0 ? undefined : 'number'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, k) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and never move
            <tr key={k}>
              {row.map((cell, c) => (
                <td key={names[c]} className={c === 0 ? undefined : 'number'}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
