/** Bias and linearity: the verdict, the line over reference values, and the bias of each part. */
import {type SubmitEvent, useCallback} from 'react';
import type {LinearityAnswer, LinearityQuestion} from '../../api/schemas.ts';
import {digitsFor, figure} from '../charts/capability-points.ts';
import {linearityLine, signedFigure} from '../charts/linearity-line.ts';
import {count, counted, cut, percent, probability} from '../format.ts';
import {linearityQuestionOf, useLinearity} from '../measurement-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {formText} from './form-text.ts';
import {StudyChoice} from './study-choice.tsx';
import {StudyFigure, StudyNotes, StudyTable, StudyVerdict} from './study-figure.tsx';

export function LinearityStudy({parameter}: {parameter: string}) {
  const {params} = useQuestion();
  const question = linearityQuestionOf(params, parameter);
  const query = useLinearity(question);
  return (
    <>
      <Tools />
      <Answer query={query}>{answer => <Told answer={answer} question={question} />}</Answer>
    </>
  );
}

function Tools() {
  const {params, change} = useQuestion();
  const asked = params.get('processVariation') ?? '';
  return (
    <div className="capability-tools chart-tools">
      <StudyChoice />
      <form
        className="row-form"
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          change({processVariation: formText(new FormData(event.currentTarget), 'processVariation')});
        }}
      >
        <label key={asked} className="choice">
          <span>6 sigma of the process</span>
          <input name="processVariation" type="number" step="any" min="0" defaultValue={asked} placeholder="not said" />
        </label>
        <button type="submit">Ask with it</button>
      </form>
    </div>
  );
}

const SHAPES = {
  neither: {glyph: '●', as: 'yes'},
  bias: {glyph: '◐', as: 'open'},
  linearity: {glyph: '○', as: 'no'},
} as const;

function Told({answer, question}: {answer: LinearityAnswer; question: LinearityQuestion}) {
  const {parameter, reference, n, levels, verdict, notes} = answer;
  return (
    <>
      <StudyVerdict
        shape={SHAPES[verdict.found]}
        sentences={verdict.sentence
          .split('; ')
          .map(told => `${told.charAt(0).toUpperCase()}${told.slice(1).replaceAll('-', '−')}.`)}
      >
        {parameter} against {reference}: {counted(levels.length, 'reference part')}, {counted(n, 'value')}.
      </StudyVerdict>
      <Line answer={answer} question={question} />
      <Tables answer={answer} />
      <StudyNotes notes={notes} />
    </>
  );
}

const digitsOf = ({regression}: LinearityAnswer) => Math.max(2, digitsFor(regression.sigma) + 1);

function Line({answer, question}: {answer: LinearityAnswer; question: LinearityQuestion}) {
  const places = digitsOf(answer);
  const {plots, levels, regression, asOf, parameter} = answer;
  const draw = useCallback(
    (width: number) => linearityLine({levels, plots: plots!}, {width, digits: places}),
    [levels, plots, places],
  );
  if (plots === null) return null;
  const {intercept, slope, rSquared} = regression;
  const change = signedFigure(slope.value, places).replace('+', '+ ').replace('−', '− ');
  return (
    <StudyFigure
      name="line"
      title={`Bias = ${signedFigure(intercept.value, places).replace('+', '')} ${change} × reference`}
      subtitle={`A ring is a value, ◆ the mean of a part with its 95\u00a0% interval; the line with the 95\u00a0% band of its mean${rSquared === null ? '' : `, R² ${percent(rSquared)}`}.`}
      draw={draw}
      taken={{name: `${parameter}-linearity`, rows: plots.values, asOf, asked: {of: 'linearity', question}}}
      table={
        <StudyTable
          label="Every value"
          names={['part', 'reference', 'bias']}
          rows={plots.values.map(({part, reference, bias}) => [part, cut(reference), signedFigure(bias, places)])}
        />
      }
    />
  );
}

function Tables({answer}: {answer: LinearityAnswer}) {
  const {levels, overall, regression, lackOfFit} = answer;
  const places = digitsOf(answer);
  const told = (value: number | null) => (value === null ? '–' : signedFigure(value, places));
  const between = ({low, high}: {low: number | null; high: number | null}) =>
    low === null || high === null ? 'unknown' : `${told(low)} to ${told(high)}`;
  const percents = overall.percent !== null;
  const share = (value: number | null) => (percents ? [value === null ? '–' : value.toFixed(2)] : []);
  return (
    <div className="study-tables">
      <section>
        <h2>Bias by reference value</h2>
        <StudyTable
          label="Bias by reference value"
          names={[
            'part',
            'reference',
            'n',
            'mean',
            'bias',
            '95 %',
            'p',
            'q',
            ...(percents ? ['% process'] : []),
            'by the line',
          ]}
          rows={[
            ...levels.map(({part, reference, n, mean, bias, fitted}) => [
              part,
              cut(reference),
              count(n),
              figure(mean, places),
              told(bias.value),
              between(bias),
              bias.p === null ? '' : probability(bias.p),
              bias.q === null ? '' : probability(bias.q),
              ...share(bias.percent),
              `${told(fitted.value)} (${between(fitted)})`,
            ]),
            [
              'all',
              '',
              count(answer.n),
              '',
              told(overall.value),
              between(overall),
              probability(overall.p),
              '',
              ...share(overall.percent),
              '',
            ],
          ]}
        />
      </section>
      <section>
        <h2>The line</h2>
        <StudyTable
          label="The line"
          names={['term', 'value', '95 %', 'standard error', 'p']}
          rows={(['intercept', 'slope'] as const).map(name => {
            const term = regression[name];
            return [
              name,
              signedFigure(term.value, places + 1),
              between(term),
              term.standardError.toFixed(places + 1),
              probability(term.p),
            ];
          })}
        />
        <p className="subtitle">
          Linearity {regression.percentLinearity.toFixed(2)}&nbsp;%
          {regression.linearity === null
            ? '. '
            : `, which is ${Number(regression.linearity.toPrecision(4))} over the process variation. `}
          Residual standard deviation {Number(regression.sigma.toPrecision(4))}.
          {lackOfFit === null
            ? ''
            : ` Off a straight line: F ${lackOfFit.f.toFixed(2)}, p ${probability(lackOfFit.p)}.`}
        </p>
      </section>
    </div>
  );
}
