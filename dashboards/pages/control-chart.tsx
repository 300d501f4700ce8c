/** One control chart: what is out of order and since when, by limits that say where they come from. */
import '../style/pages.css';
import '../style/holds.css';
import '../style/control-charts.css';
import '../style/capability.css';
import type {ChartAnswer, ChartKind, ChartQuestion} from '../../api/schemas.ts';
import {useChart, useParameters, usePlant} from '../api.ts';
import {chartQuestionOf, MOST_POINTS} from '../chart-question.ts';
import {COUNTED} from '../charts/chart-kinds.ts';
import {chartHeadline} from '../charts/violations.ts';
import {Answer} from '../parts/answer.tsx';
import {Baselines} from '../parts/baselines.tsx';
import {ChartControls} from '../parts/chart-controls.tsx';
import {ControlFigure} from '../parts/control-figure.tsx';
import {Heading} from '../parts/heading.tsx';
import {ViolationsList} from '../parts/violations-list.tsx';
import {useQuestion} from '../question.ts';

export function ControlChart({parameter}: {parameter: string}) {
  const {params, href} = useQuestion();
  const plant = usePlant();
  const named = params.get('kind') as ChartKind | null;
  const isCounted =
    named === null
      ? parameter === 'any-fail' || (plant.data?.defects.some(({defect}) => defect === parameter) ?? false)
      : named in COUNTED;
  const usual = isCounted ? 'p' : parameter.includes(',') ? 't2' : 'xbar';
  const question = chartQuestionOf(parameter, params, usual);
  const asked = {parameter, kind: question.kind, isCounted};
  // Without a kind in the address, whether this is counted is known once the plant is.
  const query = useChart({...question, last: MOST_POINTS}, named !== null || !plant.isLoading);
  return (
    <>
      <nav className="crumbs" aria-label="Way down">
        <ol>
          <li>
            <a href={href('/charts')}>Charts</a>
          </li>
          <li>
            <b aria-current="page">{parameter}</b>
          </li>
        </ol>
      </nav>
      <Heading name={`Control chart of ${parameter}`} />
      {query.error && <ChartControls {...asked} isFrozen={false} />}
      <Answer query={query}>
        {answer => (
          <>
            <Headline answer={answer} isCounted={isCounted} />
            {!query.error && <ChartControls {...asked} isFrozen={answer.baseline.frozen !== null} />}
            <Chart answer={answer} question={question} />
          </>
        )}
      </Answer>
    </>
  );
}

function Headline({answer, isCounted}: {answer: ChartAnswer; isCounted: boolean}) {
  const {href} = useQuestion();
  const {parameter, baseline, of} = answer;
  const defect = parameter === 'any-fail' ? null : parameter;
  return (
    <header className="headline with-action">
      <div>
        <p className="finding-sentence">
          <span className={`in-order ${of.violations === 0 ? 'yes' : 'no'}`} aria-hidden="true">
            {of.violations === 0 ? '●' : '◆'}
          </span>{' '}
          {chartHeadline(answer)}
        </p>
        {baseline.frozen !== null && (
          <p className="subtitle">
            Judged by limits that {baseline.frozen.by} froze as version {baseline.frozen.version}:{' '}
            {baseline.frozen.reason}
          </p>
        )}
        {!isCounted && <ProductsApart parameter={parameter} />}
      </div>
      <p className="actions">
        {!isCounted && !parameter.includes(',') && (
          <a href={href(`/capability/${encodeURIComponent(parameter)}`)}>Capability</a>
        )}
        {(isCounted || !parameter.includes(',')) && (
          <a
            className="button"
            href={
              isCounted ? href('/investigate', {defect}) : href('/investigate', {measurement: parameter, defect: null})
            }
          >
            {isCounted ? 'What causes it?' : 'What moves it?'}
          </a>
        )}
      </p>
    </header>
  );
}

/** What is made to different limits differs on purpose: on one chart nearly all of it is out of order. */
function ProductsApart({parameter}: {parameter: string}) {
  const {scope, href} = useQuestion();
  const {data} = useParameters({product: scope.product, asOf: scope.asOf});
  const products = usePlant().data?.products ?? [];
  if (data?.parameters.find(row => row.parameter === parameter)?.limits !== 'by product') return null;
  return (
    <p className="subtitle">
      {parameter} has limits of its own for each product, so that points differ because products do. Of one product:{' '}
      {products.map(({product}, k) => (
        <span key={product}>
          {k > 0 && ' · '}
          <a href={href(`/charts/${encodeURIComponent(parameter)}`, {product})}>{product}</a>
        </span>
      ))}
    </p>
  );
}

function Chart({answer, question}: {answer: ChartAnswer; question: ChartQuestion}) {
  return (
    <>
      <ControlFigure answer={answer} question={question} />
      {answer.notes.length > 0 && (
        <section className="notes" aria-label="Notes">
          <h3>What to know before trusting it</h3>
          <ul>
            {answer.notes.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      <div className="two-columns chart-below">
        <ViolationsList answer={answer} />
        <Baselines answer={answer} question={question} />
      </div>
    </>
  );
}
