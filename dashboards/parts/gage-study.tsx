/** Gage R&R: the verdict, the components of variation, six plots, and the tables that they come from. */
import {useCallback} from 'react';
import type {GageAnswer, GagePlots, GageQuestion} from '../../api/schemas.ts';
import {digitsFor, figure} from '../charts/capability-points.ts';
import {COMPONENTS, componentsShown, gageComponents} from '../charts/gage-components.ts';
import {type GageChart, gageControl, gageControlHeadline} from '../charts/gage-control.ts';
import {gageInteraction, gageValues} from '../charts/gage-plots.ts';
import {count, counted, cut, probability, unbroken} from '../format.ts';
import {gageQuestionOf, useGage} from '../measurement-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {GageTools} from './gage-tools.tsx';
import {StudyFigure, StudyNotes, StudyTable, StudyVerdict} from './study-figure.tsx';
import type {Taken} from './take-along.tsx';

export function GageStudy({parameter}: {parameter: string}) {
  const {params} = useQuestion();
  const question = gageQuestionOf(params, parameter);
  const query = useGage(question);
  return (
    <>
      <GageTools answer={query.data} />
      <Answer query={query}>{answer => <Told answer={answer} question={question} />}</Answer>
    </>
  );
}

const SHAPES = {
  acceptable: {glyph: '●', as: 'yes'},
  'may be acceptable': {glyph: '◐', as: 'open'},
  'not acceptable': {glyph: '○', as: 'no'},
} as const;

type Take = (name: string, rows: readonly object[]) => Taken;

function Told({answer, question}: {answer: GageAnswer; question: GageQuestion}) {
  const {parameter, verdicts, design, parts, appraisers, trials, n, lsl, usl, plots, notes, asOf} = answer;
  const take: Take = (name, rows) => ({
    name: `${parameter}-${name}`,
    rows,
    asOf,
    asked: {of: 'gage', question},
  });
  const limits =
    lsl === null || usl === null ? 'without both limits there is no tolerance' : `tolerance ${cut(lsl)} to ${cut(usl)}`;
  return (
    <>
      <StudyVerdict
        shape={SHAPES[verdicts[0].band]}
        sentences={verdicts.map(({sentence}) => `${capital(unbroken(sentence))}.`)}
      >
        A {design} study of {parameter}: {counted(parts, 'part')}, {counted(appraisers.length, 'appraiser')},{' '}
        {counted(trials, 'trial')}, {counted(n, 'value')}; {limits}.
      </StudyVerdict>
      <Figures answer={answer} />
      <Components answer={answer} take={take} />
      {plots && <Plots answer={answer} plots={plots} take={take} />}
      <Anova answer={answer} />
      <StudyNotes notes={notes} />
    </>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const one = (value: number) => value.toFixed(1);

/** The few figures that decide. */
function Figures({answer: {verdicts, ndc, components}}: {answer: GageAnswer}) {
  const gage = components.find(({source}) => source === 'gage')!;
  const shown = [
    ...verdicts.map(({basis, percent}) => ({
      name: `%GRR of the ${basis}`,
      value: `${one(percent.value)}\u00a0%`,
      interval: `${one(percent.low)} to ${one(percent.high)}\u00a0%`,
      by: 'wanted: below 10 %, at most 30 %',
    })),
    {
      name: 'Contribution',
      value: `${one(gage.percentContribution.value)}\u00a0%`,
      interval: `${one(gage.percentContribution.low)} to ${one(gage.percentContribution.high)}\u00a0%`,
      by: 'of the variance; wanted: below 1 %, at most 9 %',
    },
    {
      name: 'Distinct categories (ndc)',
      value: ndc === null ? '–' : count(ndc.value),
      interval:
        ndc === null
          ? 'the gage shows no variation'
          : ndc.high === null
            ? `${ndc.low} or more`
            : `${ndc.low} to ${count(ndc.high)}`,
      by: ndc !== null && ndc.value < 5 ? 'fewer than the 5 wanted' : 'wanted: 5 or more',
    },
  ];
  return (
    <dl className="figures indices">
      {shown.map(({name, value, interval, by}) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b>{value}</b>
            <span className="index-interval">{interval}</span>
            <small>{by}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Components({answer, take}: {answer: GageAnswer; take: Take}) {
  const draw = useCallback((width: number) => gageComponents(answer, {width}), [answer]);
  const {components} = answer;
  const tolerance = components[0].percentTolerance !== null;
  const largest = componentsShown(components)
    .filter(({source}) => source === 'repeatability' || source === 'reproducibility')
    .sort((a, b) => b.contribution - a.contribution)[0];
  const interval = ({low, high}: {low: number; high: number}) => `${one(low)} to ${one(high)}`;
  return (
    <StudyFigure
      name="components"
      title={
        largest.source === 'repeatability'
          ? 'Most of it is repeatability: the gage itself'
          : 'Most of it is reproducibility: who or what measures'
      }
      subtitle={`Components of variation with 95\u00a0% intervals, in per cent. Dashed: where AIAG draws the lines, 10 and 30\u00a0%${tolerance ? '' : ' of the study variation'}, 1 and 9\u00a0% of the contribution.`}
      draw={draw}
      taken={take('components', components)}
      table={
        <StudyTable
          label="Components of variation"
          names={[
            'source',
            'variance',
            '% contribution',
            '95 %',
            'sigma',
            '6 sigma',
            '% study',
            '95\u00a0% ',
            ...(tolerance ? ['% tolerance', ' 95\u00a0%'] : []),
          ]}
          rows={components.map(c => [
            COMPONENTS[c.source],
            digits(c.variance.value),
            c.contribution.toFixed(2),
            interval(c.percentContribution),
            digits(c.sigma),
            digits(c.studyVariation),
            c.percentStudy.value.toFixed(2),
            interval(c.percentStudy),
            ...(c.percentTolerance === null ? [] : [c.percentTolerance.value.toFixed(2), interval(c.percentTolerance)]),
          ])}
        />
      }
    />
  );
}

/** Five digits: what tables of variance are printed with. */
const digits = (x: number) =>
  (x !== 0 && Math.abs(x) < 1e-4 ? x.toExponential(2) : String(Number(x.toPrecision(5)))).replace('-', '−');

interface PlotProps {
  answer: GageAnswer;
  plots: GagePlots;
  take: Take;
}

function Plots({answer, plots, take}: PlotProps) {
  return (
    <section className="six-pack" aria-label="Plots of the study">
      <Control answer={answer} plots={plots} take={take} of="mean" />
      <Values answer={answer} plots={plots} take={take} by="part" />
      <Control answer={answer} plots={plots} take={take} of="range" />
      <Values answer={answer} plots={plots} take={take} by="appraiser" />
      {answer.design === 'crossed' && <Interaction answer={answer} plots={plots} take={take} />}
    </section>
  );
}

const digitsOf = ({components}: GageAnswer) => digitsFor(components[components.length - 1].sigma) + 1;

function Control({answer, plots, take, of}: PlotProps & {of: GageChart}) {
  const places = digitsOf(answer);
  const draw = useCallback((width: number) => gageControl(plots, {of, width, digits: places}), [plots, of, places]);
  const {lcl, ucl} = of === 'mean' ? plots.means : plots.ranges;
  return (
    <StudyFigure
      name={of === 'mean' ? 'means' : 'ranges'}
      title={gageControlHeadline(plots, of)}
      subtitle={
        of === 'mean'
          ? 'Mean of each part, appraiser by appraiser; limits at three sigma of repeatability, which half of the means or more should exceed.'
          : 'Range of each part’s trials, appraiser by appraiser; limits at three sigma. ◆ beyond: repeated otherwise than the rest.'
      }
      draw={draw}
      taken={take(of === 'mean' ? 'means' : 'ranges', plots.cells)}
      table={
        <StudyTable
          label={of === 'mean' ? 'Means by part and appraiser' : 'Ranges by part and appraiser'}
          names={['appraiser', 'part', of, 'limits', 'beyond']}
          texts={2}
          rows={plots.cells.map(cell => [
            cell.appraiser,
            cell.part,
            figure(cell[of], places),
            `${figure(lcl, places)} to ${figure(ucl, places)}`,
            cell[of] < lcl || cell[of] > ucl ? 'yes' : '',
          ])}
        />
      }
    />
  );
}

function Values({answer, plots, take, by}: PlotProps & {by: 'part' | 'appraiser'}) {
  const places = digitsOf(answer);
  const draw = useCallback((width: number) => gageValues(plots, {by, width, digits: places}), [plots, by, places]);
  const means =
    by === 'part'
      ? plots.parts.map(({part, mean}) => ({name: part, mean}))
      : plots.appraisers.map(({appraiser, mean}) => ({name: appraiser, mean}));
  const ranked = means.toSorted((a, b) => a.mean - b.mean);
  const [least, most] = [ranked[0], ranked[ranked.length - 1]];
  const told = (of: {name: string; mean: number}) => `${of.name} (${figure(of.mean, places)})`;
  return (
    <StudyFigure
      name={by === 'part' ? 'parts' : 'appraisers'}
      title={
        by === 'part'
          ? `Parts from ${told(least)} to ${told(most)}`
          : `${told(least)} reads lowest, ${told(most)} highest`
      }
      subtitle={`A ring is a value, ◆ the mean of ${by === 'part' ? 'a part' : 'an appraiser'}.`}
      draw={draw}
      taken={take(by === 'part' ? 'parts' : 'appraisers', by === 'part' ? plots.parts : plots.appraisers)}
      table={
        <StudyTable
          label={`Values by ${by}`}
          names={[by, 'mean', 'least', 'greatest', 'values']}
          rows={means.map(({name, mean}) => {
            const values = plots.cells.filter(cell => cell[by] === name).flatMap(cell => cell.values);
            return [
              name,
              figure(mean, places),
              figure(Math.min(...values), places),
              figure(Math.max(...values), places),
              count(values.length),
            ];
          })}
        />
      }
    />
  );
}

function Interaction({answer, plots, take}: PlotProps) {
  const places = digitsOf(answer);
  const draw = useCallback((width: number) => gageInteraction(plots, {width, digits: places}), [plots, places]);
  const {appraisers, interaction} = answer;
  const p = interaction?.p ?? null;
  const pooled = interaction?.pooled ?? false;
  return (
    <StudyFigure
      name="interaction"
      title={
        p === null
          ? 'Whether appraisers differ from part to part cannot be told'
          : `Appraisers ${pooled || p > 0.05 ? 'are not seen to differ' : 'differ'} from part to part (p ${probability(p)})`
      }
      subtitle={`Mean of each part by each appraiser: lines that run alike are no interaction. ${interaction === null ? '' : `${capital(interaction.rule)}.`}`}
      draw={draw}
      taken={take('interaction', plots.cells)}
      table={
        <StudyTable
          label="Means by part and appraiser, crossed"
          names={['part', ...appraisers]}
          rows={plots.parts.map(({part}) => [
            part,
            ...appraisers.map(appraiser => {
              const cell = plots.cells.find(c => c.part === part && c.appraiser === appraiser);
              return cell === undefined ? '–' : figure(cell.mean, places);
            }),
          ])}
        />
      }
    />
  );
}

const SOURCES: Record<GageAnswer['anova'][number]['source'], string> = {
  part: 'Parts',
  appraiser: 'Appraisers',
  interaction: 'Appraisers × parts',
  repeatability: 'Repeatability',
  total: 'Total',
};

function Anova({answer: {anova, anovaPooled, interaction}}: {answer: GageAnswer}) {
  return (
    <div className="study-tables anova">
      <AnovaTable title="Analysis of variance" rows={anova} />
      {anovaPooled && <AnovaTable title="Without the interaction" rows={anovaPooled} />}
      {interaction && anovaPooled && (
        <p className="subtitle">The second is what the components come from: the interaction is {interaction.rule}.</p>
      )}
    </div>
  );
}

function AnovaTable({title, rows}: {title: string; rows: GageAnswer['anova']}) {
  return (
    <section>
      <h2>{title}</h2>
      <StudyTable
        label={title}
        names={['source', 'df', 'SS', 'MS', 'F', 'p']}
        rows={rows.map(({source, df, ss, ms, f, p}) => [
          SOURCES[source],
          count(df),
          digits(ss),
          ms === null ? '' : digits(ms),
          f === null ? '' : digits(f),
          p === null ? '' : probability(p),
        ])}
      />
    </section>
  );
}
