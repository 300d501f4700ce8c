/** Capability: does a parameter keep within its limits, for sure or not, and what shows it; a six-pack to hang up. */
import '../style/pages.css';
import '../style/holds.css';
import '../style/control-charts.css';
import '../style/capability.css';
import type {CapabilityAnswer, ParameterRow} from '../../api/schemas.ts';
import {useCapability, useParameters, usePlant} from '../api.ts';
import {count, counted, cut, moment} from '../format.ts';
import {gageHref, PATH, useStudies} from '../measurement-questions.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {CapabilityIndices} from '../parts/capability-indices.tsx';
import {CapabilityTables} from '../parts/capability-tables.tsx';
import {CapabilityTools, capabilityOf} from '../parts/capability-tools.tsx';
import {Heading} from '../parts/heading.tsx';
import {SixPackPanels} from '../parts/six-pack.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';

export function Capability({parameter}: {parameter: string | null}) {
  const {scope} = useQuestion();
  const query = useParameters({product: scope.product, asOf: scope.asOf});
  return (
    <>
      <Heading name={parameter === null ? 'Capability' : `Capability of ${parameter}`} />
      {parameter === null ? (
        <Answer query={query}>{({parameters}) => <Choose parameters={parameters} />}</Answer>
      ) : (
        <OfParameter parameter={parameter} known={query.data?.parameters ?? []} ready={!query.isLoading} />
      )}
    </>
  );
}

function OfParameter({parameter, known, ready}: {parameter: string; known: readonly ParameterRow[]; ready: boolean}) {
  const {params, scope} = useQuestion();
  const asked = capabilityOf(params);
  const byProduct =
    scope.product === undefined &&
    asked.lsl === undefined &&
    asked.usl === undefined &&
    known.some(p => p.parameter === parameter && p.limits === 'by product');
  const question = {...scope, ...asked};
  const query = useCapability(parameter, question, ready && !byProduct);
  return (
    <>
      <CapabilityTools parameter={parameter} known={known} answer={query.data} />
      {byProduct ? (
        <WhichProduct parameter={parameter} />
      ) : (
        <Answer query={query}>{answer => <Told answer={answer} question={question} />}</Answer>
      )}
      <MeasuredBy parameter={parameter} />
    </>
  );
}

/** An address has texts, a body numbers. */
const inNumbers = (question: object) =>
  Object.fromEntries(
    Object.entries(question).map(([name, text]: [string, unknown]) =>
      typeof text === 'string' && text.trim() !== '' && name !== 'product' && Number.isFinite(Number(text))
        ? [name, Number(text)]
        : [name, text],
    ),
  );

/** Limits that differ are no limits of all products together: one has to be chosen. */
function WhichProduct({parameter}: {parameter: string}) {
  const products = usePlant().data?.products ?? [];
  const {href} = useQuestion();
  return (
    <Empty title={`${parameter} has limits of its own for each product`}>
      <p>Choose a product, or give other limits above.</p>
      <ul className="products">
        {products.map(({product, parts}) => (
          <li key={product}>
            <a href={href(`/capability/${encodeURIComponent(parameter)}`, {product})}>{product}</a>{' '}
            <small>{counted(parts, 'part')}</small>
          </li>
        ))}
      </ul>
    </Empty>
  );
}

function Told({answer, question}: {answer: CapabilityAnswer; question: object}) {
  const timeZone = usePlant().data?.timeZone;
  const {href} = useQuestion();
  const {parameter, n, subgroups, sixPack, notes, unit, lsl, usl, target, sigmaBy, verdict} = answer;
  const at = sixPack?.means.marks;
  const span =
    at?.[0]?.at == null ? '' : `, ${moment(at[0].at, timeZone)} to ${moment(at[at.length - 1].at, timeZone)}`;
  const limits = [
    lsl === null ? 'no lower limit' : `lower limit ${cut(lsl)}`,
    target === null ? '' : `target ${cut(target)}`,
    usl === null ? 'no upper limit' : `upper limit ${cut(usl)}`,
  ].filter(text => text !== '');
  return (
    <>
      <header className="headline with-action">
        <div>
          <p className="finding-sentence">
            <span className={`capable ${answer.stable.ok ? verdict.capable : 'open'}`} aria-hidden="true">
              {answer.stable.ok ? {yes: '●', no: '○', open: '◐'}[verdict.capable] : '◌'}
            </span>{' '}
            {verdict.sentence}
          </p>
          <p className="subtitle">
            {count(n)} values in {counted(subgroups.count, 'subgroup')}
            {span}; {limits.join(', ')}
            {unit === null ? '' : ` ${unit}`}; sigma within subgroups by {SIGMAS[sigmaBy] ?? sigmaBy}.
          </p>
        </div>
        <a className="button" href={href('/investigate', {measurement: parameter, defect: null})}>
          What moves it?
        </a>
      </header>
      <CapabilityIndices answer={answer} />
      {notes.length > 0 && (
        <section className="notes" aria-label="Notes">
          <h3>What to know before trusting it</h3>
          <ul>
            {notes.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      {sixPack && (
        <SixPackPanels
          answer={answer}
          sixPack={sixPack}
          timeZone={timeZone}
          asked={{of: 'capability', question: {...inNumbers(question), parameter, sixPack: true}}}
        />
      )}
      <CapabilityTables answer={answer} />
    </>
  );
}

/** What a figure rests on: the study of what measured it. */
function MeasuredBy({parameter}: {parameter: string}) {
  const {scope, href} = useQuestion();
  const {data} = useStudies(scope.asOf);
  if (data === undefined) return null;
  const study = data.gage.find(one => one.parameter === parameter);
  return (
    <p className="subtitle">
      May the measurement itself be trusted?{' '}
      {study === undefined ? (
        <>
          For {parameter} <a href={href(PATH)}>no gage study was loaded</a>.
        </>
      ) : (
        <>
          There is a{' '}
          <a href={href(PATH, gageHref(study))}>
            gage study of {counted(study.parts, 'part')} by {counted(study.appraisers, study.appraiser)}
          </a>
          .
        </>
      )}
    </p>
  );
}

const SIGMAS: Partial<Record<string, string>> = {
  rbar: 'their mean range',
  sbar: 'their mean standard deviation',
  pooled: 'their pooled standard deviation',
  mr: 'the moving range of single values',
};

function Choose({parameters}: {parameters: readonly ParameterRow[]}) {
  const {href} = useQuestion();
  if (parameters.length === 0)
    return (
      <Empty title="Nothing is measured yet" command="npx fishbone ingest parameters.csv measurements.csv">
        <p>Capability wants values of a parameter and the limits that it has to keep.</p>
      </Empty>
    );
  const steps = [...new Set(parameters.map(({step}) => step))];
  const limited = parameters.filter(p => p.limits !== 'none').length;
  return (
    <>
      <header className="headline">
        <p className="finding-sentence">Which parameter?</p>
        <p className="subtitle">
          {limited === parameters.length
            ? `${counted(limited, 'parameter')}, all with limits.`
            : `${count(limited)} of ${counted(parameters.length, 'parameter')} ${limited === 1 ? 'has' : 'have'} limits; the others can be asked about once limits are given.`}
        </p>
      </header>
      <div className="parameters">
        {steps.map(step => (
          <section key={step ?? ''}>
            <h2>{step ?? 'no step'}</h2>
            <Wide label={`Parameters of ${step ?? 'no step'}`}>
              <table>
                <thead>
                  <tr>
                    <th>parameter</th>
                    <th className="number">lower</th>
                    <th className="number">target</th>
                    <th className="number">upper</th>
                    <th>unit</th>
                  </tr>
                </thead>
                <tbody>
                  {parameters
                    .filter(p => p.step === step)
                    .map(p => (
                      <tr key={p.parameter} className={p.limits === 'none' ? 'faint' : undefined}>
                        <td>
                          <a href={href(`/capability/${encodeURIComponent(p.parameter)}`)}>
                            {step === null ? p.parameter : p.parameter.slice(step.length + 1)}
                          </a>
                        </td>
                        {p.limits === 'by product' ? (
                          <td colSpan={3}>differ by product</td>
                        ) : (
                          [p.lsl, p.target, p.usl].map((value, k) => (
                            <td key={['lsl', 'target', 'usl'][k]} className="number">
                              {value === null ? '–' : cut(value)}
                            </td>
                          ))
                        )}
                        <td>{p.unit ?? ''}</td>
                      </tr>
                    ))}
                </tbody>
              </table>
            </Wide>
          </section>
        ))}
      </div>
    </>
  );
}
