import type {AgreementAnswer, GageAnswer, LinearityAnswer, StudiesAnswer} from '../../../warehouse/msa-answers.ts';
import {bold, count, counted, paragraphs, percent, short, table} from './layout.ts';

interface Bounded {
  value: number;
  low: number;
  high: number;
}

const WORDS: Record<GageAnswer['components'][number]['source'], string> = {
  gage: 'total gage R&R',
  repeatability: '  repeatability (EV)',
  reproducibility: '  reproducibility (AV)',
  appraiser: '    appraiser',
  interaction: '    appraiser by part',
  part: 'part-to-part (PV)',
  total: 'total variation (TV)',
};

export function studiesText({gage, linearity, agreement}: StudiesAnswer): string {
  if (gage.length + linearity.length + agreement.length === 0)
    return 'No study was loaded: each value as a run of its own, with operations that name who measured it.\n';
  const section = (name: string, text: string) => (text === '' ? '' : `${bold(name)}\n${text}`);
  return paragraphs(
    section(
      'Gage R&R',
      table(
        ['parameter', 'parts', 'by', 'appraisers', 'trials', 'values', 'balanced', 'where'],
        gage.map(study => [
          study.parameter,
          study.parts,
          study.appraiser,
          study.appraisers,
          study.trials,
          study.values,
          study.balanced ? 'yes' : 'no',
          study.where ?? '',
        ]),
      ),
    ),
    section(
      'Bias and linearity',
      table(
        ['parameter', 'reference', 'parts', 'values', 'from', 'to', 'where'],
        linearity.map(study => [
          study.parameter,
          study.reference,
          study.parts,
          study.values,
          study.smallest,
          study.largest,
          study.where ?? '',
        ]),
      ),
    ),
    section(
      'Agreement of inspectors',
      table(
        ['step', 'inspectors', 'decisions', 'reviewed'],
        agreement.map(({step, ...counts}) => [
          step ?? '(no step)',
          counts.inspectors,
          counts.decisions,
          counts.reviewed,
        ]),
      ),
    ),
  );
}

export function gageText(answer: GageAnswer): string {
  const {parameter, design, parts, appraisers, trials, n, anova, anovaPooled, interaction, components, ndc} = answer;
  const {verdicts, notes, lsl, usl} = answer;
  const tolerance = components[0].percentTolerance !== null;
  return paragraphs(
    bold(`${parameter}: ${verdicts[0].sentence}.`),
    verdicts
      .slice(1)
      .map(({sentence}) => `Against the limits ${lsl} to ${usl}: ${sentence}.\n`)
      .join(''),
    `A ${design} study: ${counted(parts, 'part')}, ${counted(appraisers.length, 'appraiser')} (${appraisers.join(', ')}), ${counted(trials, 'trial')}, ${counted(n, 'value')}. ${ndc === null ? 'The gage shows no variation.' : `Distinct categories (ndc): ${ndc.value}${ndc.value < 5 ? ', and at least 5 are wanted' : ''}.`}`,
    table(
      [
        'source',
        'variance',
        '95 %',
        '% contribution',
        '6 sigma',
        '% study',
        '95 %',
        ...(tolerance ? ['% tolerance'] : []),
      ],
      components.map(({source, variance, contribution, studyVariation, percentStudy, percentTolerance}) => [
        WORDS[source],
        short(variance.value),
        range(variance, short),
        contribution.toFixed(2),
        short(studyVariation),
        percentStudy.value.toFixed(2),
        range(percentStudy, x => x.toFixed(1)),
        ...(percentTolerance === null ? [] : [percentTolerance.value.toFixed(2)]),
      ]),
    ),
    interaction === null
      ? ''
      : `Interaction: p ${interaction.p === null ? 'unknown' : short(interaction.p)}; ${interaction.rule}.`,
    anovaTable(anova),
    anovaPooled === null ? '' : `Without the interaction:\n${anovaTable(anovaPooled)}`,
    notesText(notes),
  );
}

const anovaTable = (rows: GageAnswer['anova']) =>
  table(
    ['source', 'df', 'SS', 'MS', 'F', 'p'],
    rows.map(({source, df, ss, ms, f, p}) => [
      source,
      String(df),
      ...[ss, ms, f, p].map(x => (x === null ? '' : digits(x))),
    ]),
  );

export function linearityText(answer: LinearityAnswer): string {
  const {parameter, reference, n, levels, overall, regression, lackOfFit, verdict, notes} = answer;
  const {intercept, slope, sigma, rSquared, percentLinearity, linearity} = regression;
  const percents = overall.percent !== null;
  const percentCell = (value: number | null) => (value === null ? [] : [value.toFixed(2)]);
  const coefficient = (name: string, {value, low, high, standardError, p}: typeof slope) => [
    name,
    digits(value),
    range({value, low, high}, short),
    digits(standardError),
    short(p),
  ];
  return paragraphs(
    bold(`${parameter} against ${reference}: ${verdict.sentence}.`),
    `${counted(levels.length, 'part')}, ${counted(n, 'value')}.`,
    table(
      ['part', 'reference', 'n', 'mean', 'bias', '95 %', 'p', 'q', ...(percents ? ['% process'] : []), 'by the line'],
      [
        ...levels.map(({part, bias, fitted, ...level}) => [
          part,
          digits(level.reference),
          level.n,
          digits(level.mean),
          digits(bias.value),
          bias.low === null || bias.high === null ? 'unknown' : `${short(bias.low)} to ${short(bias.high)}`,
          bias.p === null ? '' : short(bias.p),
          bias.q === null ? '' : short(bias.q),
          ...percentCell(bias.percent),
          `${short(fitted.value)} (${range(fitted, short)})`,
        ]),
        [
          'all',
          '',
          n,
          '',
          digits(overall.value),
          range(overall, short),
          short(overall.p),
          '',
          ...percentCell(overall.percent),
          '',
        ],
      ],
    ),
    table(
      ['bias by the line', 'value', '95 %', 'standard error', 'p'],
      [coefficient('intercept', intercept), coefficient('slope', slope)],
    ),
    `Residual standard deviation ${digits(sigma)}${rSquared === null ? '' : `, R2 ${percent(rSquared)}`}; linearity ${percentLinearity.toFixed(2)} %${linearity === null ? '' : `, which is ${digits(linearity)} over the process variation`}.${lackOfFit === null ? '' : ` Off a straight line: F ${short(lackOfFit.f)}, p ${short(lackOfFit.p)}.`}`,
    notesText(notes),
  );
}

export function agreementText(answer: AgreementAnswer): string {
  const {inspectors, missed, within, pairs, reference, fleiss, notes} = answer;
  const parts = [
    ...inspectors.map(ratesText),
    missed.length === 0
      ? ''
      : `What passes, as far as reviewers named it:\n${table(
          ['inspector', 'defect', 'reviewed passes', 'with it', 'of all passes', '95 %'],
          missed.map(({inspector, defect, reviewed, bad, escape: escapes}) => [
            inspector,
            defect,
            reviewed,
            bad,
            percent(escapes.value),
            range(escapes, percent),
          ]),
        )}`,
    within.length === 0
      ? ''
      : `Within an inspector (parts judged more than once, always the same):\n${table(
          ['inspector', 'parts', 'same', 'agreement', '95 %'],
          within.map(({inspector, parts, agree, agreement}) => [
            inspector,
            parts,
            agree,
            percent(agreement.value),
            range(agreement, percent),
          ]),
        )}`,
    pairs.length === 0
      ? ''
      : `Between inspectors:\n${table(
          ['first', 'second', 'decisions', 'agreement', '95 %', 'kappa', '95 %'],
          pairs.map(({first, second, ...compared}) => [first, second, ...comparedCells(compared)]),
        )}`,
    reference === null
      ? ''
      : `Against ${reference.inspector}:\n${table(
          [
            'inspector',
            'decisions',
            'agreement',
            '95 %',
            'kappa',
            '95 %',
            'effectiveness',
            'miss rate',
            'false alarms',
          ],
          reference.appraisers.map(({inspector, effectiveness, missRate, falseAlarmRate, ...compared}) => [
            inspector,
            ...comparedCells(compared),
            percent(effectiveness.value),
            percent(missRate?.value ?? null),
            percent(falseAlarmRate?.value ?? null),
          ]),
        )}`,
    fleiss === null
      ? ''
      : `Kappa of all ${fleiss.inspectors.length} over ${counted(fleiss.decisions, 'decision')}: ${fleiss.value.toFixed(3)}${fleiss.low === null || fleiss.high === null ? '' : ` (${fleiss.low.toFixed(3)} to ${fleiss.high.toFixed(3)})`}.`,
    notesText(notes),
  ];
  return paragraphs(...parts);
}

function ratesText(of: AgreementAnswer['inspectors'][number]): string {
  const {inspector, level, inspected, reviews, notTold, unit} = of;
  const looked = (what: 'fail' | 'pass', plural: string) =>
    `${count(reviews[what].reviewed)} of ${count(reviews[what].inspected)} ${plural} reviewed (${reviews[what].bad} bad, ${reviews[what].good} good)`;
  const rates: [string, Bounded | null][] = [
    ['apparent rate', of.apparentRate],
    ['true rate, weighted by reviews', of.trueRate],
    ['true rate, Rogan-Gladen', of.correctedRate],
    ['false calls: good of failed (overkill)', of.overkill],
    ['escapes: bad of passed', of.escape],
    ['sensitivity: failed of bad', of.sensitivity],
    ['specificity: passed of good', of.specificity],
    ['miss rate: passed of bad', of.missRate],
    ['false alarm rate: failed of good', of.falseAlarmRate],
  ];
  return paragraphs(
    bold(
      `${inspector}${level === null ? '' : `, ${level}`}: ${counted(inspected, 'inspection')}; ${looked('fail', 'fails')}, ${looked('pass', 'passes')}.`,
    ),
    table(
      ['rate', 'value', '95 %'],
      rates.flatMap(([name, rate]) => (rate === null ? [] : [[name, percent(rate.value), range(rate, percent)]])),
    ),
    notTold.map(({what, reason}) => `  not told: ${what.join(', ')}: ${reason}\n`).join(''),
    `  Unit: ${unit}.`,
  );
}

const comparedCells = ({
  decisions,
  agreement,
  kappa,
}: Pick<AgreementAnswer['pairs'][number], 'decisions' | 'agreement' | 'kappa'>) => [
  decisions,
  percent(agreement.value),
  range(agreement, percent),
  kappa === null ? 'undefined' : kappa.value.toFixed(3),
  kappa === null ? '' : range(kappa, x => x.toFixed(2)),
];

const range = ({low, high}: Bounded, as: (x: number) => string) => `${as(low)} to ${as(high)}`;

/** Five digits: what tables of variance are printed with. */
const digits = (x: number) => (x !== 0 && Math.abs(x) < 1e-4 ? x.toExponential(2) : String(Number(x.toPrecision(6))));

const notesText = (notes: readonly string[]) => notes.map(note => `  note: ${note}\n`).join('');
