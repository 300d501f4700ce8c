import type {
  ChallengeAnswer,
  DefectMapAnswer,
  InspectionAnswer,
  InspectionCard,
  InspectionListAnswer,
  QueueAnswer,
  ReviewAnswer,
  ReviewListAnswer,
  ScoreDriftAnswer,
  ThresholdAnswer,
} from '../../../warehouse/inspector-answers.ts';
import type {ReferenceAnswer} from '../../infer-images.ts';
import {bold, type Clock, count, counted, paragraphs, percent, short, table} from './layout.ts';

interface Bounded {
  value: number;
  low: number;
  high: number;
}

const bounded = (rate: Bounded | null) =>
  rate === null ? 'not known' : `${percent(rate.value)} (${percent(rate.low)} to ${percent(rate.high)})`;
const notesText = (notes: readonly string[]) => notes.map(note => `  note: ${note}\n`).join('');

const COLUMNS = ['inspection', 'part', 'at', 'station', 'inspector', 'result', 'confidence', 'defects', 'verification'];

const rowOf = (card: InspectionCard, clock: Clock) => [
  card.inspection,
  card.part,
  card.inspectedAt === null ? '' : clock(card.inspectedAt),
  card.station ?? '',
  card.inspector ?? '',
  card.result,
  card.confidence === null ? '' : card.confidence.toFixed(3),
  card.defects.map(({defect}) => defect).join(', '),
  card.verification,
];

export function inspectionsText({total, inspections}: InspectionListAnswer, clock: Clock): string {
  if (total === 0) return 'There are no such inspections.\n';
  return paragraphs(
    table(
      COLUMNS,
      inspections.map(card => rowOf(card, clock)),
    ),
    `${count(inspections.length)} of ${counted(total, 'inspection')}.`,
  );
}

export function inspectionText({reviews, ...card}: InspectionAnswer, clock: Clock): string {
  return paragraphs(
    table(COLUMNS, [rowOf(card, clock)]),
    table(
      ['defect', 'confidence', 'x', 'y', 'width', 'height', 'view'],
      card.defects.map(d => [d.defect, ...[d.confidence, d.x, d.y, d.width, d.height].map(v => v ?? ''), d.view ?? '']),
    ),
    reviews.length === 0
      ? `Nobody reviewed it. Say what you see: fishbone review agree|disagree ${card.inspection} --by NAME`
      : reviews.map(r => `  ${saidText(r, clock)}\n`).join(''),
  );
}

const saidText = (r: ReviewListAnswer['reviews'][number] | InspectionAnswer['reviews'][number], clock: Clock) =>
  `${r.reviewedAt === null ? '' : `${clock(r.reviewedAt)}  `}${r.reviewer}${r.authenticated ? '' : ' (name not proven)'}: ${r.verdict}${r.defect === null ? '' : `, ${r.defect}`}${r.reason === null ? '' : `: ${r.reason}`}${r.sampled === null ? '' : ` [drawn, ${r.sampled}]`}`;

export function reviewText({inspection, verdict, reviewer, status, verification, batch}: ReviewAnswer): string {
  const what =
    verdict === 'withdrawn'
      ? `${reviewer} says nothing of ${inspection} any more`
      : `${reviewer} ${verdict}s with ${inspection}`;
  const told = status === 'accepted' ? `recorded as batch ${batch}` : 'as it was known already: nothing changed';
  return `${what} (${told}). The inspection is ${verification}.\n`;
}

export function reviewsText({total, reviews, between}: ReviewListAnswer, clock: Clock): string {
  if (total === 0) return 'Nobody reviewed an inspection yet: "fishbone review next" says where to begin.\n';
  return paragraphs(
    table(
      ['inspection', 'part', 'inspector', 'result', 'said', 'now'],
      reviews.map(r => [
        r.inspection,
        r.part ?? '',
        r.inspector ?? '',
        r.result ?? 'not known',
        saidText(r, clock),
        r.verification ?? '',
      ]),
    ),
    `${count(reviews.length)} of ${counted(total, 'review')}.`,
    between.length === 0
      ? ''
      : `Between reviewers:\n${table(
          ['first', 'second', 'both looked at', 'agreement', 'kappa'],
          between.map(b => [
            b.first,
            b.second,
            b.decisions,
            bounded(b.agreement),
            b.kappa === null
              ? 'undefined'
              : `${b.kappa.value.toFixed(3)} (${b.kappa.low.toFixed(2)} to ${b.kappa.high.toFixed(2)})`,
          ]),
        )}`,
  );
}

export function queueText({waiting, strata, items}: QueueAnswer, clock: Clock): string {
  return paragraphs(
    bold(`${counted(waiting, 'inspection')} to be reviewed.`),
    table(
      ['result', 'the inspector was', 'drawn with', 'inspections', 'drawn', 'reviewed'],
      strata.map(s => [
        s.result,
        s.sure ? 'sure' : 'not sure',
        percent(s.probability),
        s.inspections,
        s.drawn,
        s.reviewed,
      ]),
    ),
    table(
      [...COLUMNS.slice(0, -1), 'sampled'],
      items.map(card => [...rowOf(card, clock).slice(0, -1), card.sampled]),
    ),
    items.length === 0
      ? ''
      : `fishbone review agree|disagree ${items[0].inspection} --by NAME --sampled ${items[0].sampled}`,
  );
}

export function thresholdsText(answer: ThresholdAnswer): string {
  const {inspector, now, reviewed, curve, cannotKnow, withScore, unit} = answer;
  const lies =
    now.between === null || now.against > 0
      ? ''
      : ` Its threshold lies between ${now.between.highestPass.toFixed(3)} and ${now.between.lowestFail.toFixed(3)}.`;
  return paragraphs(
    bold(`${inspector}: ${counted(withScore, 'inspection')} with a score; ${bounded(now.failShare)} fail.${lies}`),
    `Reviewed: ${count(reviewed.fail)} fails and ${count(reviewed.pass)} passes; ${count(reviewed.bad)} are bad, ${count(reviewed.good)} good.`,
    table(
      [
        'threshold',
        'would fail',
        'yield',
        'overkill: good of these',
        'escapes: bad of the others',
        'misses: of the bad',
      ],
      curve.map(p => [
        p.threshold,
        bounded(p.failShare),
        percent(p.yield.value),
        bounded(p.overkill),
        bounded(p.escape),
        bounded(p.missRate),
      ]),
    ),
    `  Unit: ${unit}.`,
    `What it cannot know:\n${cannotKnow.map(what => `  - ${what}\n`).join('')}`,
  );
}

export function challengeText(answer: ChallengeAnswer): string {
  const {champion, challenger, pairs, compared, mcNemar, byLot, reviewed, differing, notes} = answer;
  if (compared === null) return `${champion} and ${challenger} judged no part at the same step in this scope.\n`;
  const {table: t, kappa, agreement} = compared;
  return paragraphs(
    bold(
      `${champion} against ${challenger}: ${counted(pairs.all, 'part')} judged by both, ${count(pairs.byImage)} by the same image.`,
    ),
    table(
      ['', `${challenger}: fail`, `${challenger}: pass`],
      [
        [`${champion}: fail`, t.failFail, t.failPass],
        [`${champion}: pass`, t.passFail, t.passPass],
      ],
    ),
    `Agreement ${bounded(agreement)}${kappa === null ? '' : `, kappa ${kappa.value.toFixed(3)}`}. McNemar, exact: p ${short(mcNemar.p)}.`,
    byLot === null
      ? 'By lots: not told, below two lots or no lot differs.'
      : `By ${counted(byLot.lots, 'lot')}: the champion fails ${percent(Math.abs(byLot.value))} of all parts ${byLot.value < 0 ? 'fewer' : 'more'} (${percent(byLot.low)} to ${percent(byLot.high)}), p ${short(byLot.p)}.`,
    `Of ${counted(differing.total, 'differing case')} reviewers settled ${count(reviewed.differing)}: the champion was right in ${reviewed.championRight}, the challenger in ${reviewed.challengerRight} (p ${short(reviewed.p)}).`,
    table(
      ['part', 'step', 'champion', 'challenger', 'right'],
      differing.cases.map(c => [
        c.part,
        c.step,
        `${c.champion.inspection} ${c.champion.result}`,
        `${c.challenger.inspection} ${c.challenger.result}`,
        c.right ?? 'not reviewed',
      ]),
    ),
    notesText(notes),
  );
}

export function scoreDriftText({inspectors, notes}: ScoreDriftAnswer): string {
  return paragraphs(
    ...inspectors.map(({inspector, measure, status, reason, bins, card}) =>
      paragraphs(
        `${bold(`${inspector}, ${measure}: ${status}.`)} ${reason}.`,
        status === 'drifted' ? binsTable(measure, 'first lots', bins) : '',
        card === null ? '' : `${bold(`Against its card: ${card.status}.`)} ${card.reason}.`,
        card?.status === 'drifted' ? binsTable(measure, 'card', card.bins) : '',
      ),
    ),
    inspectors.length === 0 ? 'No inspector says how sure it is, and none had images that were measured.' : '',
    notesText(notes),
  );
}

const binsTable = (measure: string, reference: string, bins: ScoreDriftAnswer['inspectors'][number]['bins']) =>
  table(
    [`${measure} from`, 'to', reference, 'newest lots'],
    bins.map(b => [short(b.from), short(b.to), percent(b.reference), percent(b.newest)]),
  );

export function referenceText({reference, images, failures}: ReferenceAnswer): string {
  return paragraphs(
    `Into card.json, beside "quality" (${counted(reference.images, 'image')} of ${count(images)} passed):`,
    `"reference": ${JSON.stringify(reference, null, 2)}`,
    failures.length === 0
      ? ''
      : `Without a verdict, and not in it:\n${failures.map(one => `  ${one.image}: ${one.reason}`).join('\n')}`,
  );
}

export function defectMapText({failing, placed, maps}: DefectMapAnswer): string {
  if (placed === 0) return `${counted(failing, 'part')} failed, none with a place.\n`;
  return paragraphs(
    `${count(placed)} of ${counted(failing, 'failed part')} have a place.`,
    ...maps.map(({view, cell, columns, rows, parts, cells}) => {
      const of = new Map(cells.map(c => [`${c.column} ${c.row}`, c.parts]));
      const header = ['', ...Array.from({length: columns}, (_, c) => short(c * cell))];
      const lines = Array.from({length: rows}, (_, r) => [
        short(r * cell),
        ...Array.from({length: columns}, (_, c) => of.get(`${c} ${r}`) ?? '·'),
      ]);
      return paragraphs(`View ${view ?? '(not named)'}: ${counted(parts, 'part')}`, table(header, lines));
    }),
    'A region is a filter: --where "defect.x >= 20 and defect.x < 60 and defect.y < 40"',
  );
}
