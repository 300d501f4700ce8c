/** Which parameters should worry us: the worst first, each with its verdict, Ppk with its interval, and why. */
import {Fragment, useMemo} from 'react';
import type {ScanAnswer, ScannedParameter} from '../../api/schemas.ts';
import {useScan} from '../api.ts';
import {count, counted, words} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {Nothing} from './nothing.tsx';
import {Shortened} from './shortened.tsx';
import {Wide} from './wide.tsx';

const MARKS: Record<ScannedParameter['verdict'], string> = {
  'unstable-and-not-capable': '◆',
  'not-capable': '▼',
  unstable: '≈',
  'perhaps-not-capable': '◐',
  'in-order': '●',
  'no-limits': '◌',
  'too-few': '◌',
};
/** All that a plant measures: the page shows the first of them. */
const MOST = 2000;

export function Worrying() {
  const {scope} = useQuestion();
  const query = useScan({...scope, top: MOST});
  return (
    <section aria-label="Which parameters should worry us">
      <Answer query={query}>
        {answer =>
          answer.parameters === 0 ? (
            <Nothing what="parameter was measured" command="npx fishbone ingest parameters.csv measurements.csv">
              <p>Charts of measured values want measurements; charts of failures need only inspections.</p>
            </Nothing>
          ) : (
            <Scanned answer={answer} />
          )
        }
      </Answer>
    </section>
  );
}

function Scanned({answer}: {answer: ScanAnswer}) {
  const {worrying, parameters, verdicts, demanded, notes} = answer;
  const fine = (verdicts['in-order'] ?? 0) + (verdicts['no-limits'] ?? 0) + (verdicts['too-few'] ?? 0);
  const told = Object.entries(verdicts).filter(([, n]) => n > 0);
  const reach = useMemo(() => reachOf(answer), [answer]);
  return (
    <>
      <h2>
        {parameters - fine === 0
          ? `None of ${counted(parameters, 'parameter')} should worry us`
          : `${count(parameters - fine)} of ${counted(parameters, 'parameter')} should worry us, the worst first`}
      </h2>
      <p className="subtitle">
        {told.map(([verdict, n]) => `${count(n)} ${words(verdict)}`).join(', ')}. Ppk with its 95&nbsp;% interval
        against the {demanded} demanded; jumps are lots further off than lots usually differ.
      </p>
      <Shortened items={worrying} first={20}>
        {some => (
          <Wide label="Parameters, the most worrying first">
            <table className="worrying">
              <thead>
                <tr>
                  <th>parameter</th>
                  <th>verdict</th>
                  <th className="number">Ppk</th>
                  <th>
                    <RangeHead demanded={demanded} reach={reach} />
                  </th>
                  <th className="number">jumps</th>
                  <th>why</th>
                  <th>
                    <span className="sr-only">capability</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {some.map(row => (
                  <Row key={row.parameter} row={row} demanded={demanded} reach={reach} />
                ))}
              </tbody>
            </table>
          </Wide>
        )}
      </Shortened>
      {notes.map(note => (
        <p key={note} className="subtitle">
          {note}
        </p>
      ))}
    </>
  );
}

/** A name that a narrow column breaks after its dots and underscores only. */
function breakable(name: string) {
  return name.split(/(?<=[._])/).map((piece, k) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name, and never move
    <Fragment key={k}>
      {piece}
      <wbr />
    </Fragment>
  ));
}

interface Reach {
  low: number;
  high: number;
}

/** The scale that all rows share: what is demanded always on it, far outliers at its ends. */
function reachOf({worrying, demanded}: ScanAnswer): Reach {
  const ranges = worrying.flatMap(({ppk}) => (ppk === null ? [] : [ppk]));
  const lowest = ranges.reduce((least, {low}) => Math.min(least, low), demanded - 0.1);
  const highest = ranges.reduce((most, {high}) => Math.max(most, high), demanded + 0.1);
  return {low: Math.max(0, lowest - 0.02), high: Math.min(1.5 * demanded, highest + 0.02)};
}

const placeOn = ({low, high}: Reach, value: number) =>
  (100 * (Math.min(high, Math.max(low, value)) - low)) / (high - low);

function RangeHead({demanded, reach}: {demanded: number; reach: Reach}) {
  return (
    <span className="ppk-head">
      <span className="sr-only">interval</span>
      <svg viewBox="0 0 100 14" aria-hidden="true">
        <text x={placeOn(reach, demanded)} y="11">
          {demanded}
        </text>
      </svg>
    </span>
  );
}

function Row({row, demanded, reach}: {row: ScannedParameter; demanded: number; reach: Reach}) {
  const {href} = useQuestion();
  const {parameter, verdict, ppk, jumps, lots, why} = row;
  return (
    <tr>
      <td>
        <a href={href(`/charts/${encodeURIComponent(parameter)}`, {kind: 'xbar', subgroup: 'lot'})}>
          {breakable(parameter)}
        </a>
      </td>
      <td className={`worry ${verdict}`}>
        <span aria-hidden="true">{MARKS[verdict]}</span> {words(verdict)}
      </td>
      <td className="number">{ppk === null ? '–' : ppk.value.toFixed(2)}</td>
      <td>{ppk !== null && <PpkRange ppk={ppk} demanded={demanded} reach={reach} />}</td>
      <td className="number">
        {jumps} <small>of {count(lots)}</small>
      </td>
      <td className="why">{why}</td>
      <td>
        <a href={href(`/capability/${encodeURIComponent(parameter)}`)} aria-label={`Capability of ${parameter}`}>
          Capability
        </a>
      </td>
    </tr>
  );
}

interface RangeProps {
  ppk: {value: number; low: number; high: number};
  demanded: number;
  reach: Reach;
}

function PpkRange({ppk: {value, low, high}, demanded, reach}: RangeProps) {
  const [from, at, to, line] = [low, value, high, demanded].map(x => placeOn(reach, x));
  const side = high < demanded ? 'short' : low < demanded ? 'perhaps' : 'enough';
  return (
    <svg
      className={`ppk-range ${side}`}
      viewBox="0 0 100 14"
      role="img"
      aria-label={`${low.toFixed(2)} to ${high.toFixed(2)}`}
    >
      <path className="demanded" d={`M${line} 0V14`} />
      {value < demanded && <path className="gap" d={`M${at} 7H${line}`} />}
      <path className="interval" d={`M${from} 7H${Math.max(to, from + 1)}`} />
      <path className="value" d={`M${at} 3V11`} />
    </svg>
  );
}
