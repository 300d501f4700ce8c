/** One finding opened: what it says, how sure, what else it could be, and the way to the suspect lots. */
import {type KeyboardEvent, useCallback, useEffect, useRef, useState} from 'react';
import type {Finding, FindingAnswer, LevelRate, ScreenAnswer} from '../../api/schemas.ts';
import {useFinding, useRecomputed} from '../api.ts';
import {overallRate, rateByLevel} from '../charts/rate-by-level.ts';
import {labelOf} from '../charts/ribs.ts';
import {count, counted, likewise, percent, probability, unbroken} from '../format.ts';
import {narrowed, useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {ChartFigure} from './chart-figure.tsx';
import {Compared} from './compared.tsx';
import {CrudeAdjusted} from './crude-adjusted.tsx';
import {FindingPlots} from './finding-plots.tsx';
import {Verdict} from './verdict.tsx';
import {Wide} from './wide.tsx';

export function FindingPanel({finding, answer}: {finding: Finding; answer: ScreenAnswer}) {
  const {href, change, params} = useQuestion();
  const lead = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<HTMLElement>(null);
  useEffect(() => {
    lead.current?.scrollIntoView({block: 'nearest'});
    // Whoever opened it on this page wants to read it next; an address that names it takes no focus.
    opener.current = (document.activeElement?.closest('.diagram-room a, .findings a') ?? null) as HTMLElement | null;
    if (opener.current) heading.current?.focus({preventScroll: true});
  }, []);
  const close = () => {
    const back = opener.current?.isConnected ? opener.current : document.querySelector<HTMLElement>(ITS_LINKS);
    back?.focus();
    change({finding: null});
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !(event.target as Element).closest('dialog')) close();
  };
  return (
    <aside className="panel" aria-label={`Finding: ${labelOf(finding)}`} onKeyDown={onKeyDown}>
      <div className="lead" ref={lead}>
        <header>
          <Verdict verdict={finding.verdict} />
          <button type="button" className="quiet-button" onClick={close}>
            Close
          </button>
        </header>
        <h2 ref={heading} tabIndex={-1}>
          {labelOf(finding)}
        </h2>
        <p className="sentence">{unbroken(finding.sentence)}</p>
        <a className="button" href={href('/contain', {target: finding.id})}>
          Suspect lots →
        </a>
        {finding.where !== null && (
          <a
            className="button"
            href={href('/investigate', {given: remaining(params.get('given'), finding.id)})}
            // The panel goes with it: the answer begins above.
            onClick={() => document.querySelector('h1')?.focus()}
          >
            What remains?
          </a>
        )}
        <CrudeAdjusted finding={finding} />
        <Ties finding={finding} />
      </div>
      <Answer query={useFinding(finding.id)}>
        {detail => (
          <>
            {detail.levels.length > 0 && <Levels detail={detail} overall={overallRate(answer)} />}
            <FindingPlots detail={detail} overall={overallRate(answer)} />
          </>
        )}
      </Answer>
      <Numbers finding={finding} answer={answer} />
      <Compared finding={finding} cluster={answer.question.cluster} />
      <Recomputed id={finding.id} />
    </aside>
  );
}

const ITS_LINKS = '.diagram-room a[aria-current], .findings [aria-current] a';

/** What was held fixed before stays so. */
function remaining(given: string | null, id: string): string {
  return given ? `${given}; ${id}` : id;
}

function Ties({finding}: {finding: Finding}) {
  return (
    <>
      {finding.ambiguousWith.length > 0 && (
        <p className="tie">
          Moves together with {list(finding.ambiguousWith)}: these data cannot tell which of them it is.
        </p>
      )}
      {finding.explainedBy && finding.verdict === 'through' && (
        <p className="tie">
          The messenger, not the cause: <code>{finding.explainedBy}</code> acts through it.
        </p>
      )}
      {finding.explainedBy && finding.verdict !== 'through' && (
        <p className="tie">
          Explained by <code>{finding.explainedBy}</code>: nothing is left once that is accounted for.
        </p>
      )}
    </>
  );
}

function list(factors: readonly string[]) {
  return factors.map((factor, index) => (
    <span key={factor}>
      {index > 0 && (index === factors.length - 1 ? ' and ' : ', ')}
      <code>{factor}</code>
    </span>
  ));
}

/** The finding is shown as it was found; whether it still comes out so is worked out on request. */
function Recomputed({id}: {id: string}) {
  const [wanted, setWanted] = useState(false);
  const query = useRecomputed(id, wanted);
  if (!wanted) {
    return (
      <button type="button" className="quiet-button" onClick={() => setWanted(true)}>
        Recompute
      </button>
    );
  }
  return (
    <Answer query={query}>
      {({recomputed: {same, differs}}) => (
        <p className="tie">
          Recomputed: {same ? 'same' : `other than found in ${differs.map(({field}) => field).join(', ')}`}.
        </p>
      )}
    </Answer>
  );
}

function Numbers({finding, answer}: {finding: Finding; answer: ScreenAnswer}) {
  const isMean = finding.effect.measure === 'meanDifference';
  const rows: [string, string][] = [
    [
      'exposed parts',
      isMean ? count(finding.parts) : `${count(finding.parts)}, of which ${count(finding.defective)} defective`,
    ],
    ['in lots', count(finding.lots)],
    ['p', probability(finding.p)],
    ['q', `${probability(finding.q)} over ${counted(answer.tests, 'test')}`],
    ...(isMean ? [] : [['attributable share', percent(finding.attributableShare)] as [string, string]]),
    ['as of', `batch ${count(answer.asOf)}`],
    ['finding', finding.id],
  ];
  return (
    <dl className="numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Levels({detail, overall}: {detail: FindingAnswer; overall: number | null}) {
  const {levels, finding} = detail;
  const means = finding.effect.measure === 'meanDifference';
  const {href, scope} = useQuestion();
  // A range of a number is no level that a filter could name.
  const hrefOf = useCallback(
    (level: string) =>
      finding.kind === 'category' ? href('/', {where: narrowed(scope.where ?? null, finding.factor, level)}) : null,
    [finding, href, scope.where],
  );
  const draw = useCallback(
    (width: number) =>
      rateByLevel(levels, {width, accused: finding.level, overall, ranges: finding.threshold !== null, means, hrefOf}),
    [levels, finding, overall, means, hrefOf],
  );
  const figure = (value: number, row: LevelRate) => (means ? likewise(value, row) : percent(value));
  const what = means ? 'Mean' : 'Rate';
  return (
    <ChartFigure
      title={`${what} by level`}
      subtitle={`${means ? 'Mean' : 'Share of defective parts'} for each of ${counted(levels.length, 'level')}, with 95 % intervals`}
      draw={draw}
      taken={{
        name: `${finding.factor}-levels`,
        rows: levels,
        asOf: detail.asOf,
        asked: {of: 'finding', question: {id: finding.id}},
      }}
      table={
        <Wide label={`${what} by level as a table`}>
          <table>
            <thead>
              <tr>
                <th>level</th>
                <th className="number">{what.toLowerCase()}</th>
                <th className="number">95 %</th>
                {!means && <th className="number">defective</th>}
                <th className="number">parts</th>
                <th className="number">lots</th>
              </tr>
            </thead>
            <tbody>
              {levels.map(row => (
                <tr key={row.level}>
                  <td>{row.level}</td>
                  <td className="number">{figure(row.rate, row)}</td>
                  <td className="number">
                    {figure(row.low, row)} to {figure(row.high, row)}
                  </td>
                  {!means && <td className="number">{count(row.defective)}</td>}
                  <td className="number">{count(row.parts)}</td>
                  <td className="number">{count(row.lots)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      }
    />
  );
}
