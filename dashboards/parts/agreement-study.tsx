/** Attribute agreement: inspectors with themselves, each other and a reference, and how often reviewers say they were wrong. */
import {useCallback} from 'react';
import type {AgreementAnswer, AgreementQuestion, Interval} from '../../api/schemas.ts';
import {agreementIntervals, type Estimated} from '../charts/agreement-intervals.ts';
import {count, counted, percent} from '../format.ts';
import {useAgreement} from '../inspection-questions.ts';
import {agreementQuestionOf} from '../measurement-questions.ts';
import {useQuestion} from '../question.ts';
import {Answer} from './answer.tsx';
import {Choice} from './choice.tsx';
import {StudyChoice} from './study-choice.tsx';
import {StudyFigure, StudyNotes, StudyTable, StudyVerdict} from './study-figure.tsx';

export function AgreementStudy() {
  const {params} = useQuestion();
  const question = agreementQuestionOf(params);
  const query = useAgreement(question);
  return (
    <>
      <Tools answer={query.data} />
      <Answer query={query}>{answer => <Told answer={answer} question={question} />}</Answer>
    </>
  );
}

function Tools({answer}: {answer: AgreementAnswer | undefined}) {
  const {params, change} = useQuestion();
  // With a reference or one inspector chosen, the others are still to be chosen.
  const {data} = useAgreement({...agreementQuestionOf(params), inspector: undefined, reference: undefined});
  const names =
    (data ?? answer)?.inspectors.map(({inspector}) => inspector).filter(name => name !== '(not named)') ?? [];
  const choices = (none: string) => ({'': none, ...Object.fromEntries(names.map(name => [name, name]))});
  return (
    <div className="capability-tools chart-tools">
      <StudyChoice />
      <Choice
        label="The truth is the word of"
        value={params.get('reference') ?? ''}
        choices={choices('reviewers alone')}
        choose={reference => change({reference})}
      />
      <Choice
        label="Inspector"
        value={params.get('inspector') ?? ''}
        choices={choices('all inspectors')}
        choose={inspector => change({inspector})}
      />
    </div>
  );
}

interface Props {
  answer: AgreementAnswer;
  question: AgreementQuestion;
}

function Told({answer, question}: Props) {
  const {inspectors, notes} = answer;
  const told = [
    ...new Set(inspectors.flatMap(({notTold, inspector}) => notTold.map(({reason}) => `${inspector}: ${reason}`))),
  ];
  const decisions = inspectors.reduce((sum, {inspected}) => sum + inspected, 0);
  const {shape, sentence} = verdictOf(answer);
  return (
    <>
      <StudyVerdict shape={shape} sentences={[sentence]}>
        {counted(inspectors.length, 'inspector')}
        {question.step === undefined ? '' : ` at ${question.step}`}, {counted(decisions, 'decision')}
        {answer.reference === null ? '' : `; the word of ${answer.reference.inspector} counts as the truth`}.
      </StudyVerdict>
      <div className="agreement-figures">
        <Kappas answer={answer} question={question} />
        <Shares answer={answer} question={question} />
        <Rates answer={answer} question={question} />
      </div>
      <Pairs answer={answer} />
      <StudyNotes notes={[...told, ...notes]} />
    </>
  );
}

/** AIAG: a kappa above 0.75 is good to excellent agreement, one below 0.40 poor. */
const [POOR, GOOD] = [0.4, 0.75];

const wordOf = (kappa: number) => (kappa > GOOD ? 'good' : kappa < POOR ? 'poor' : 'moderate');

/** The least of all kappas decides: a chain is as good as its weakest link. */
function verdictOf({pairs, reference, inspectors}: AgreementAnswer) {
  const compared = [
    ...(reference?.appraisers ?? []).flatMap(({inspector, kappa}) =>
      kappa === null ? [] : [{names: `${inspector} with ${reference!.inspector}`, ...kappa}],
    ),
    ...pairs.flatMap(({first, second, kappa}) =>
      kappa === null ? [] : [{names: `${first} with ${second}`, ...kappa}],
    ),
  ].sort((a, b) => a.value - b.value);
  const [worst] = compared;
  if (worst !== undefined) {
    const word = wordOf(worst.value);
    const [least, most] = [wordOf(worst.low), wordOf(worst.high)];
    const unsure = least === most ? '' : `; its interval does not decide between ${least} and ${most}`;
    return {
      shape: {
        glyph: {good: '●', moderate: '◐', poor: '○'}[word],
        as: ({good: 'yes', moderate: 'open', poor: 'no'} as const)[word],
      },
      sentence: `${compared.length === 1 ? '' : 'The weakest agreement is that of '}${worst.names}: kappa ${two(worst.value)} (${two(worst.low)}\u00a0to\u00a0${two(worst.high)}) is ${word}${unsure}.`,
    };
  }
  const known = inspectors.filter(one => one.overkill !== null || one.escape !== null);
  return {
    shape: {glyph: '◌', as: 'open' as const},
    sentence:
      known.length === 0
        ? 'Nobody judged what another did, and nothing was reviewed: how far inspectors agree cannot be told.'
        : 'Nobody judged what another did: there is only the word of reviewers.',
  };
}

const two = (value: number) => value.toFixed(2).replace('-', '−');

function Kappas({answer, question}: Props) {
  const {pairs, reference, fleiss, asOf} = answer;
  const rows: Estimated[] = [
    ...(reference?.appraisers ?? []).map(({inspector, kappa}) =>
      kappaRow(`Against ${reference!.inspector}`, inspector, kappa),
    ),
    ...pairs.map(({first, second, kappa}) => kappaRow('Between inspectors', `${first} × ${second}`, kappa)),
    ...(fleiss === null ? [] : [kappaRow('Between inspectors', `all ${fleiss.inspectors.length} (Fleiss)`, fleiss)]),
  ];
  const from = Math.min(0, ...rows.map(({low}) => Math.floor((low ?? 0) * 5) / 5));
  return (
    <Estimates
      name="kappas"
      title="Agreement beyond chance: kappa"
      subtitle="Cohen’s, of all of them Fleiss’, with 95 % intervals. AIAG: above 0.75 good to excellent, below 0.40 poor."
      rows={rows}
      options={{
        from,
        bounds: [
          {at: POOR, name: '0.40'},
          {at: GOOD, name: '0.75'},
        ],
        tickFormat: value => two(value).replace(/0$/, ''),
      }}
      none="No part was judged by two inspectors."
      taken={{name: 'kappas', rows, asOf, asked: {of: 'agreement', question}}}
    />
  );
}

function kappaRow(
  group: string,
  name: string,
  kappa: {value: number; low: number | null; high: number | null} | null,
): Estimated {
  return {
    group,
    name,
    value: kappa?.value ?? null,
    low: kappa?.low ?? null,
    high: kappa?.high ?? null,
    text: kappa === null ? 'undefined' : two(kappa.value),
  };
}

const shareRow = (group: string, name: string, share: Interval | null): Estimated => ({
  group,
  name,
  value: share?.value ?? null,
  low: share?.low ?? null,
  high: share?.high ?? null,
  text: share === null ? 'not known' : percent(share.value),
});

const IN_PERCENT = {from: 0, bounds: [], tickFormat: (value: number) => `${Math.round(value * 100)}\u00a0%`};

function Shares({answer: {within, pairs, reference, asOf}, question}: Props) {
  const rows = [
    ...within.map(({inspector, agreement}) => shareRow('Within: the same every time', inspector, agreement)),
    ...pairs.map(({first, second, agreement}) => shareRow('Between: both the same', `${first} × ${second}`, agreement)),
    ...(reference?.appraisers ?? []).map(({inspector, effectiveness}) =>
      shareRow(`Right in every trial, by ${reference!.inspector}`, inspector, effectiveness),
    ),
  ];
  return (
    <Estimates
      name="shares"
      title="How often they say the same"
      subtitle="Of parts (within, and against the reference) and of decisions (between), with 95 % intervals by Clopper and Pearson."
      rows={rows}
      options={IN_PERCENT}
      none="No part was judged twice, by one inspector or by two."
      taken={{name: 'agreement', rows, asOf, asked: {of: 'agreement', question}}}
    />
  );
}

function Rates({answer: {inspectors, reference, asOf}, question}: Props) {
  const named = inspectors.map(one => ({
    ...one,
    inspector: one.level === null ? one.inspector : `${one.inspector}, ${one.level}`,
  }));
  const rows = [
    ...named.map(one => shareRow('Overkill: good of failed', one.inspector, one.overkill)),
    ...named.map(one => shareRow('Escapes: bad of passed', one.inspector, one.escape)),
    ...(reference?.appraisers ?? []).flatMap(({inspector, missRate}) => [
      shareRow(`Misses: passed of bad, by ${reference!.inspector}`, inspector, missRate),
    ]),
    ...(reference?.appraisers ?? []).flatMap(({inspector, falseAlarmRate}) => [
      shareRow(`False alarms: failed of good, by ${reference!.inspector}`, inspector, falseAlarmRate),
    ]),
  ];
  return (
    <Estimates
      name="rates"
      title="Overkill and escapes"
      subtitle="Overkill and escapes by the word of reviewers, each review weighted by how many it speaks for; with 95 % intervals."
      rows={rows}
      options={IN_PERCENT}
      none="Nobody inspected anything here."
      taken={{name: 'overkill-and-escapes', rows, asOf, asked: {of: 'agreement', question}}}
    />
  );
}

interface EstimatesProps {
  name: string;
  title: string;
  subtitle: string;
  rows: readonly Estimated[];
  options: Omit<Parameters<typeof agreementIntervals>[1], 'width' | 'ariaLabel'>;
  /** What is said where there are no rows. */
  none: string;
  taken: Parameters<typeof StudyFigure>[0]['taken'];
}

function Estimates({rows, options, none, ...shown}: EstimatesProps) {
  // A row is drawn anew only when what it says has changed.
  const drawn = JSON.stringify(rows);
  const {from, bounds, tickFormat} = options;
  const marked = JSON.stringify(bounds);
  const draw = useCallback(
    (width: number) =>
      agreementIntervals(JSON.parse(drawn) as Estimated[], {
        from,
        bounds: JSON.parse(marked) as typeof bounds,
        tickFormat,
        width,
        ariaLabel: shown.title,
      }),
    [drawn, marked, from, tickFormat, shown.title],
  );
  if (rows.length === 0)
    return (
      <section className="nothing-to-tell">
        <h2>{shown.title}</h2>
        <p className="subtitle">{none}</p>
      </section>
    );
  const write = (value: number | null) => (value === null ? '–' : options === IN_PERCENT ? percent(value) : two(value));
  return (
    <StudyFigure
      {...shown}
      draw={draw}
      table={
        <StudyTable
          label={shown.title}
          texts={2}
          names={['what', 'of', 'value', 'from', 'to']}
          rows={rows.map(({group, name, text, low, high}) => [group, name, text, write(low), write(high)])}
        />
      }
    />
  );
}

/** How often what was said by both: what kappas come from. */
function Pairs({answer: {pairs, reference, inspectors}}: {answer: AgreementAnswer}) {
  const against = reference?.appraisers.map(one => ({...one, first: one.inspector, second: reference.inspector})) ?? [];
  const all = [...against, ...pairs];
  return (
    <div className="study-tables">
      {all.length > 0 && (
        <section>
          <h2>What both said</h2>
          <StudyTable
            label="What both said"
            texts={2}
            names={[
              'first',
              'second',
              'decisions',
              'agree',
              'both fail',
              'only the first',
              'only the second',
              'both pass',
            ]}
            rows={all.map(({first, second, decisions, agree, table}) => [
              first,
              second,
              count(decisions),
              count(agree),
              count(table.failFail),
              count(table.failPass),
              count(table.passFail),
              count(table.passPass),
            ])}
          />
        </section>
      )}
      <section>
        <h2>What was reviewed</h2>
        <StudyTable
          label="What was reviewed"
          names={['inspector', 'decisions', 'fails', 'reviewed fails', 'good', 'passes', 'reviewed passes', 'bad']}
          rows={inspectors.map(({inspector, inspected, reviews: {fail, pass}}) => [
            inspector,
            count(inspected),
            count(fail.inspected),
            count(fail.reviewed),
            count(fail.good),
            count(pass.inspected),
            count(pass.reviewed),
            count(pass.bad),
          ])}
        />
      </section>
    </div>
  );
}
