/** A balanced gage study becomes its table of variance, its components and a verdict. */
import type {Interval} from '../answers.ts';
import type {GageAnswer} from '../msa-answers.ts';
import {QuestionError} from '../question-error.ts';
import {type CrossedSquares, crossedAnova, type NestedSquares, nestedAnova, pool} from '../statistics/gage-anova.ts';
import {shareInterval, sumInterval, type Weights, weighted} from '../statistics/modified-large-sample.ts';
import type {Squares} from '../statistics/one-way-anova.ts';
import {fTail} from '../statistics/tails.ts';
import {
  addWeights,
  type Components,
  crossedComponents,
  nestedComponents,
  pooledComponents,
} from '../statistics/variance-components.ts';
import type {Study} from './study.ts';

/** AIAG pools the interaction above this p. */
const POOLED_ABOVE = 0.25;
/** As Minitab does since its version 18. */
const POOLED_ABOVE_ELSEWHERE = 0.05;
const STUDY_SIGMAS = 6;
/** The square root of 2 as the manual rounds it. */
const NDC_FACTOR = 1.41;

type Analysis = Omit<GageAnswer, 'asOf' | 'parameter' | 'lsl' | 'usl' | 'plots'>;
type AnovaRow = GageAnswer['anova'][number];
type Component = GageAnswer['components'][number];

/** @throws QuestionError where all values are equal */
export function analyse(
  study: Study,
  {lsl, usl}: {lsl: number | null; usl: number | null},
  keepInteraction: boolean,
): Analysis {
  const values = study.values.flat(2);
  if (values.every(value => value === values[0]))
    throw new QuestionError(
      'all values are equal: the gage cannot tell the parts of this study apart, or they do not differ',
    );
  const {components, ...tables} = study.design === 'crossed' ? crossed(study, keepInteraction) : nested(study);
  const tolerance = lsl === null || usl === null ? null : usl - lsl;
  const {rows, notes} = componentRows(components, tolerance);
  if (tolerance === null)
    notes.push(
      'without both limits there is no tolerance to compare with: load them as parameters, or give lsl and usl',
    );
  const cells = study.parts * study.appraisers.length;
  if (study.design === 'crossed' && cells < 15)
    notes.push(
      `parts times appraisers is ${cells}: AIAG asks for 15 at least, and for 10 parts and 3 appraisers as a rule`,
    );
  return {
    design: study.design,
    parts: study.design === 'crossed' ? study.parts : cells,
    appraisers: study.appraisers,
    trials: study.trials,
    n: values.length,
    mean: values.reduce((sum, x) => sum + (x - values[0]), 0) / values.length + values[0],
    ...tables,
    components: rows,
    ndc: distinctCategories(rows),
    verdicts: verdicts(rows[0]),
    notes: [...tables.notes, ...notes, ...CONVENTIONS],
  };
}

const CONVENTIONS = [
  'between 10 and 30 % of gage R&R the use decides: what is at stake, and what a better gage costs (AIAG)',
  `study variation is ${STUDY_SIGMAS} sigma; ndc is ${NDC_FACTOR} times part-to-part over gage R&R, cut off (AIAG MSA, 4th ed.)`,
  'intervals are 95 %, modified large sample (Burdick, Borror & Montgomery 2005): with few appraisers they are wide',
];

function crossed(study: Study, keepInteraction: boolean) {
  const found = crossedAnova(study.values);
  const sizes = {parts: study.parts, appraisers: study.appraisers.length, trials: study.trials};
  const {p} = test(found.interaction, found.repeatability);
  const pooled = !keepInteraction && p !== null && p > POOLED_ABOVE;
  const notes =
    !keepInteraction && p !== null && p > POOLED_ABOVE_ELSEWHERE && p <= POOLED_ABOVE
      ? [
          `the interaction (p ${p.toFixed(3)}) is kept; where it is pooled above ${POOLED_ABOVE_ELSEWHERE}, as in Minitab, figures differ`,
        ]
      : [];
  return {
    anova: crossedTable(found, found.interaction),
    anovaPooled: pooled ? crossedTable({...found, repeatability: pool(found)}, null) : null,
    interaction: {
      p,
      pooled,
      rule: keepInteraction
        ? 'kept, as asked'
        : `pooled with repeatability where its p is above ${POOLED_ABOVE} (AIAG)`,
    },
    components: pooled ? pooledComponents(found, sizes) : crossedComponents(found, sizes),
    notes,
  };
}

/** Parts and appraisers are tested against the interaction, or against the pooled error where there is none. */
function crossedTable({part, appraiser, repeatability}: CrossedSquares, interaction: Squares | null): AnovaRow[] {
  const error = interaction ?? repeatability;
  return withTotal([
    row('part', part, error),
    row('appraiser', appraiser, error),
    ...(interaction === null ? [] : [row('interaction', interaction, repeatability)]),
    row('repeatability', repeatability, null),
  ]);
}

function nested(study: Study) {
  const found: NestedSquares = nestedAnova(study.values);
  return {
    anova: withTotal([
      row('appraiser', found.appraiser, found.part),
      row('part', found.part, found.repeatability),
      row('repeatability', found.repeatability, null),
    ]),
    anovaPooled: null,
    interaction: null,
    components: nestedComponents(found, study),
    notes: [
      'nested: each part was measured by one appraiser, so that what appraisers and parts do together cannot be told',
      'where the test destroys the part, pieces that stand for one part have to be alike: how they differ counts as repeatability',
    ],
  };
}

function row(source: AnovaRow['source'], squares: Squares, error: Squares | null): AnovaRow {
  return {
    source,
    df: squares.degrees,
    ss: squares.sum,
    ms: squares.sum / squares.degrees,
    ...(error === null ? {f: null, p: null} : test(squares, error)),
  };
}

function withTotal(rows: AnovaRow[]): AnovaRow[] {
  const sum = (of: (r: AnovaRow) => number) => rows.reduce((total, r) => total + of(r), 0);
  return [...rows, {source: 'total', df: sum(r => r.df), ss: sum(r => r.ss), ms: null, f: null, p: null}];
}

function test(squares: Squares, error: Squares): {f: number | null; p: number | null} {
  if (!(error.sum > 0)) return {f: null, p: null};
  const f = squares.sum / squares.degrees / (error.sum / error.degrees);
  return {f, p: fTail(f, squares.degrees, error.degrees)};
}

/** A component below 0 is set to 0, and what it is part of adds up from there. */
function componentRows(components: Components, tolerance: number | null): {rows: Component[]; notes: string[]} {
  const {squares, repeatability, appraiser, interaction, part} = components;
  const notes: string[] = [];
  const estimate = (source: Component['source'], weights: Weights) => {
    const variance = weighted(weights, squares);
    if (variance < 0)
      notes.push(`the variance of ${NAMES[source]} comes out below 0 (${variance.toPrecision(3)}) and is set to 0`);
    return Math.max(0, variance);
  };
  const single = {
    repeatability: estimate('repeatability', repeatability),
    appraiser: estimate('appraiser', appraiser),
    interaction: interaction === null ? 0 : estimate('interaction', interaction),
    part: estimate('part', part),
  };
  const reproducibility = single.appraiser + single.interaction;
  const gage = single.repeatability + reproducibility;
  const total = gage + single.part;
  const whole = addWeights(repeatability, appraiser, interaction, part);
  const tell = (source: Component['source'], value: number, weights: Weights): Component => {
    const variance = around(value, sumInterval(weights, squares));
    const share = around(
      value / total,
      source === 'total' ? {low: 1, high: 1} : shareInterval(weights, whole, squares),
    );
    const sigma = Math.sqrt(value);
    return {
      source,
      variance,
      contribution: 100 * share.value,
      percentContribution: mapped(share, s => 100 * s),
      sigma,
      studyVariation: STUDY_SIGMAS * sigma,
      percentStudy: mapped(share, s => 100 * Math.sqrt(s)),
      percentTolerance:
        tolerance === null ? null : mapped(variance, v => (100 * STUDY_SIGMAS * Math.sqrt(v)) / tolerance),
    };
  };
  const rows = [
    tell('gage', gage, addWeights(repeatability, appraiser, interaction)),
    tell('repeatability', single.repeatability, repeatability),
    tell('reproducibility', reproducibility, addWeights(appraiser, interaction)),
    tell('appraiser', single.appraiser, appraiser),
    ...(interaction === null ? [] : [tell('interaction', single.interaction, interaction)]),
    tell('part', single.part, part),
    tell('total', total, whole),
  ];
  return {rows, notes};
}

const NAMES: Record<Component['source'], string> = {
  gage: 'gage R&R',
  repeatability: 'repeatability',
  reproducibility: 'reproducibility',
  appraiser: 'appraisers',
  interaction: 'appraisers by parts',
  part: 'parts',
  total: 'all',
};

/** Bounds not below 0; an estimate whose components were set to 0 may lie beyond them. */
const around = (value: number, {low, high}: {low: number; high: number}): Interval => ({
  value,
  low: Math.max(0, Math.min(low, value)),
  high: Math.max(high, value),
});

const mapped = ({value, low, high}: Interval, by: (x: number) => number): Interval => ({
  value: by(value),
  low: by(low),
  high: by(high),
});

function distinctCategories(rows: readonly Component[]): GageAnswer['ndc'] {
  const {value, low, high} = rows[0].percentStudy;
  if (value === 0) return null;
  const categories = (percent: number) => Math.max(1, Math.floor(NDC_FACTOR * Math.sqrt((100 / percent) ** 2 - 1)));
  return {value: categories(value), low: categories(high), high: low === 0 ? null : categories(low)};
}

function verdicts(gage: Component): GageAnswer['verdicts'] {
  const told = [{basis: 'study variation' as const, percent: gage.percentStudy}];
  const all =
    gage.percentTolerance === null ? told : [...told, {basis: 'tolerance' as const, percent: gage.percentTolerance}];
  return all.map(({basis, percent}) => {
    const band = bandOf(percent.value);
    const [best, worst] = [bandOf(percent.low), bandOf(percent.high)];
    const unsure = best === worst ? '' : `; its interval does not decide between “${best}” and “${worst}”`;
    return {
      basis,
      percent,
      band,
      sentence: `gage R&R is ${percent.value.toFixed(1)} % of the ${basis} (${percent.low.toFixed(1)} to ${percent.high.toFixed(1)} %): ${IN_WORDS[band]}${unsure}`,
    };
  });
}

type Band = GageAnswer['verdicts'][number]['band'];

const bandOf = (percent: number): Band =>
  percent < 10 ? 'acceptable' : percent <= 30 ? 'may be acceptable' : 'not acceptable';

const IN_WORDS: Record<Band, string> = {
  acceptable: 'acceptable (below 10 %)',
  'may be acceptable': 'may be acceptable for some uses (10 to 30 %)',
  'not acceptable': 'not acceptable (above 30 %)',
};
