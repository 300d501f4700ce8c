/** Attribute agreement: inspectors, models among them, against each other, a reference, and the word of reviewers. */
import type {Session} from '../duckdb.ts';
import type {AgreementAnswer, AgreementQuestion} from '../msa-answers.ts';
import {nearNames} from '../near-names.ts';
import {query} from '../queries.ts';
import {QuestionError} from '../question-error.ts';
import {fleissKappa} from '../statistics/fleiss-kappa.ts';
import type {Warehouse} from '../store.ts';
import {type Counts, compare, judgedRight, share} from './compared.ts';
import {prepareJudged, prepareReviewed} from './judged.ts';
import {missedDefects} from './missed.ts';
import {type ReviewedClusters, ratesOf} from './reviewed.ts';

/** Leaving out one after the other of more decisions than this is not worth the wait. */
const MOST_JOINT_DECISIONS = 1_000_000;

/**
 * Every valid inspection (pass or fail) in scope is a decision. Those of several inspectors on the same part at the same step
 * are compared, first with first, second with second, those before and after a rework apart. What reviewers said (`verification`) gives each inspector's rates, each
 * result weighted by how often it came, since reviewers mostly look at fails.
 * @throws QuestionError for no inspections, an inspector or reference that is not there, or half of a reference sample; what
 * the filter throws
 * @see AIAG (2010), Measurement Systems Analysis, 4th ed., chapter III-C
 */
export async function agreement(warehouse: Warehouse, question: AgreementQuestion): Promise<AgreementAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const sample = referenceSample(question);
    const by = question.by === 'defect' ? undefined : question.by;
    const notes = await prepareJudged(session, question, by);
    const reference = question.reference ?? null;
    const inspectors = await inspectorsOf(session, question);
    if (sample !== null && inspectors.length !== 1)
      throw new QuestionError(
        `a sensitivity and a specificity belong to one inspector, and there are ${inspectors.length} in this scope`,
        {hint: `say which with --inspector: ${inspectors.slice(0, 8).join(', ')}`},
      );
    await session.run(`create or replace temp table decisions as ${query('decisions')}`);
    const pairs = await session.rows<Counts & {first: string; second: string}>(query('paired-decisions'), {reference});
    const repeated = await session.rows<{inspector: string; parts: number; agree: number}>(query('repeated-decisions'));
    const {after} = await session.row<{after: number}>(
      'select count(*)::integer as after from decisions where reworks > 0',
    );
    if (after > 0)
      notes.push(
        `${after} inspections came after a rework (a run above 1 at another step): they are compared with each other only`,
      );
    if (repeated.length > 0)
      notes.push(
        'parts that an inspector judged several times count as often: first against first, second against second',
      );
    const missed = question.by === 'defect' ? await missedOf(session) : [];
    return {
      asOf,
      missed,
      inspectors: await reviewedRates(session, question, sample && {of: inspectors[0], ...sample}, notes),
      within: repeated.map(({inspector, parts, agree}) => ({inspector, parts, agree, agreement: share(agree, parts)})),
      pairs: pairs.map(({first, second, ...counts}) => ({first, second, ...compare(counts)})),
      reference: reference === null ? null : await againstReference(session, reference, notes),
      fleiss: await jointAgreement(session, reference, notes),
      notes: [...notes, ...CONVENTIONS],
    };
  });
}

const CONVENTIONS = [
  'rates from reviews assume that, of either result, those reviewed are like those that were not, unless they were drawn at random',
  "their 95 % intervals are Wilson's at the effective number of inspections, lots as clusters; those of agreement are Clopper-Pearson's",
];

/** The inspectors in scope; with `inspector` all other decisions are left out of `judged`, but for those of the reference. */
async function inspectorsOf(session: Session, {inspector, reference}: AgreementQuestion): Promise<string[]> {
  const rows = await session.rows<{inspector: string}>(
    'select distinct inspector from judged where inspector is not null order by inspector',
  );
  const known = rows.map(row => row.inspector);
  for (const asked of [inspector, reference]) {
    if (asked === undefined || known.includes(asked)) continue;
    const near = nearNames(asked, known);
    const there = (near.length > 0 ? near : known.slice(0, 8)).join(', ');
    throw new QuestionError(
      `"${asked}" inspected nothing in this scope; there ${known.length === 1 ? 'is' : 'are'} ${there}`,
    );
  }
  if (inspector === undefined) return known.filter(name => name !== reference);
  await session.run('delete from judged where coalesce(inspector not in ($inspector, $reference), true)', {
    inspector,
    reference: reference ?? inspector,
  });
  return [inspector];
}

async function missedOf(session: Session): Promise<AgreementAnswer['missed']> {
  await prepareReviewed(session);
  return missedDefects(session);
}

type Row = ReviewedClusters & {inspector: string | null; level: string | null};

async function reviewedRates(
  session: Session,
  question: AgreementQuestion,
  sample: (NonNullable<ReturnType<typeof referenceSample>> & {of: string}) | null,
  notes: string[],
): Promise<AgreementAnswer['inspectors']> {
  const byDefect = question.by === 'defect';
  if (byDefect)
    await session.run(
      `create or replace temp table judged as
       select j.* replace (d.defect as level) from judged j
       join (select distinct inspection, defect from now.found_defects) d on d.inspection = j.inspection`,
    );
  notes.push(...(await prepareReviewed(session)));
  const rows = await session.rows<Row>(query('reviewed'));
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.inspector, row.level]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(own => ({
    inspector: own[0].inspector ?? '(not named)',
    level: own[0].level,
    ...ratesOf(own, {sample: sample?.of === own[0].inspector ? sample : null, byDefect}),
  }));
}

async function againstReference(
  session: Session,
  reference: string,
  notes: string[],
): Promise<AgreementAnswer['reference']> {
  const rows = await session.rows<Counts & {inspector: string; parts: number; correct: number}>(
    query('decisions-against'),
    {reference},
  );
  const {unsure} = await session.row<{unsure: number}>(
    `select count(*)::integer as unsure from (
       select 1 from decisions where inspector = $reference group by part, step, reworks having min(failed) <> max(failed))`,
    {reference},
  );
  if (unsure > 0) notes.push(`${reference} contradicts itself on ${unsure} parts: they are no reference`);
  if (rows.length === 0) notes.push(`nobody else judged a part that ${reference} judged at the same step`);
  return {
    inspector: reference,
    appraisers: rows.map(({inspector, parts, correct, ...counts}) => ({
      inspector,
      ...compare(counts),
      ...judgedRight(counts),
      effectiveness: {...share(correct, parts), parts, correct},
    })),
  };
}

async function jointAgreement(
  session: Session,
  reference: string | null,
  notes: string[],
): Promise<AgreementAnswer['fleiss']> {
  const inspectors = await session.rows<{inspector: string}>(
    'select distinct inspector from decisions where inspector is distinct from $reference order by inspector',
    {reference},
  );
  if (inspectors.length < 3) return null;
  const rows = await session.rows<{fails: number; inspectors: number; times: number}>(query('joint-decisions'), {
    reference,
  });
  const decisions = rows.reduce((sum, {times}) => sum + times, 0);
  const refuse = (why: string) => {
    notes.push(`no kappa of all ${inspectors.length} inspectors: ${why}`);
    return null;
  };
  if (decisions === 0) return refuse('no part was judged by all of them');
  if (decisions > MOST_JOINT_DECISIONS) return refuse('narrow the scope, these are too many decisions');
  const kappa = fleissKappa(
    rows.flatMap(({fails, inspectors, times}) =>
      Array.from({length: times}, () => [fails, inspectors - fails] as const),
    ),
  );
  if (kappa === null) return refuse('they said the same one thing of all parts, or judged one part only');
  return {
    inspectors: inspectors.map(row => row.inspector),
    decisions,
    value: kappa.value,
    // Leaving out a part of those that all agree on changes nothing: that is no interval.
    low: kappa.value === 1 ? null : kappa.low,
    high: kappa.value === 1 ? null : kappa.high,
  };
}

/** Sensitivity and specificity as given, with the sizes of the samples that they come from. */
function referenceSample({sensitivity, sensitivityN, specificity, specificityN}: AgreementQuestion) {
  const given = {sensitivity, sensitivityN, specificity, specificityN};
  const lacking = Object.entries(given).filter(([, value]) => value === undefined);
  if (lacking.length === 4) return null;
  if (
    sensitivity === undefined ||
    sensitivityN === undefined ||
    specificity === undefined ||
    specificityN === undefined
  )
    throw new QuestionError(
      `a reference sample is given in part: ${lacking.map(([name]) => name).join(', ')} missing`,
      {
        hint: 'give sensitivity and specificity, and of how many bad and good parts each comes',
      },
    );
  if (sensitivity + specificity <= 1)
    throw new QuestionError(
      `sensitivity ${sensitivity} and specificity ${specificity} do not add up to more than 1: such an inspector says nothing`,
    );
  return {sensitivity: {value: sensitivity, n: sensitivityN}, specificity: {value: specificity, n: specificityN}};
}
