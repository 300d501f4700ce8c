/** What an inspector's threshold does: at another one, how many would fail, and how many of these are good. */
import type {Interval} from '../answers.ts';
import type {Session} from '../duckdb.ts';
import type {ThresholdAnswer, ThresholdQuestion} from '../inspector-answers.ts';
import {prepareJudged, prepareReviewed} from '../measurement-systems/judged.ts';
import {nearNames} from '../near-names.ts';
import {query} from '../queries.ts';
import {QuestionError} from '../question-error.ts';
import {type Cluster, clusteredShare} from '../statistics/clustered-share.ts';
import type {Warehouse} from '../store.ts';

const THRESHOLDS = Array.from({length: 19}, (_, k) => (k + 1) / 20);

/** So many inspections of one lot that have one score, and what reviews of some of them say, by weight. */
interface Scored extends Record<string, unknown> {
  cluster: number;
  failed: boolean;
  /** Of the thresholds, how many the score reaches. */
  reached: number;
  inspected: number;
  bad: number;
  bad_squares: number;
  good: number;
  good_squares: number;
}

/**
 * Suspicion is the confidence of a fail, and what is left of that of a pass; at a threshold t everything at least so suspect
 * would fail. Shares are of all inspections that have a score, rates of those reviewed, each by how many it speaks for.
 * @throws QuestionError for an inspector that is not there, or never says how sure it is; what the filter throws
 */
export function thresholds(warehouse: Warehouse, question: ThresholdQuestion): Promise<ThresholdAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const notes = await prepareJudged(session, question);
    await onlyOf(session, [question.inspector]);
    notes.push(...(await prepareReviewed(session)));
    const at = [...new Set(question.at ?? THRESHOLDS)].sort((a, b) => a - b);
    const known = await session.row<Known>(query('scored'));
    if (known.scored === 0)
      throw new QuestionError(
        `"${question.inspector}" never says how sure it is: there are no scores to set a threshold by`,
      );
    const rows = await session.rows<Scored>(query('scored-lots'), {thresholds: at});
    const lots = new Map<number, Scored[]>();
    for (const row of rows) lots.set(row.cluster, [...(lots.get(row.cluster) ?? []), row]);
    const ofLots = [...lots.values()];
    return {
      asOf,
      inspector: question.inspector,
      inspections: known.inspections,
      withScore: known.scored,
      lots: ofLots.length,
      reviewed: {
        fail: known.reviewed_fails,
        pass: known.reviewed_passes,
        bad: known.bad,
        good: known.reviewed_fails + known.reviewed_passes - known.bad,
      },
      now: {
        failShare: share(await session.rows<Cluster & Record<string, unknown>>(FAILED))!,
        between:
          known.highest_pass === null || known.lowest_fail === null
            ? null
            : {highestPass: known.highest_pass, lowestFail: known.lowest_fail},
        against: known.against,
      },
      curve: at.map((threshold, k) => ({threshold, ...pointOf(ofLots, k + 1)})),
      unit:
        ofLots.length === 1 ? 'part (all of one lot)' : `lot (${ofLots.length}; a part without a lot is one by itself)`,
      cannotKnow: limitsOf(known, notes),
    };
  });
}

interface Known extends Record<string, unknown> {
  inspections: number;
  scored: number;
  highest_pass: number | null;
  lowest_fail: number | null;
  against: number;
  reviewed_fails: number;
  reviewed_passes: number;
  bad: number;
}

const FAILED = `select count(*)::integer as n, count(*) filter (failed)::integer as count
  from judged where score is not null group by cluster order by cluster`;

/** Leaves the decisions of these alone. @throws QuestionError for one that made none in this scope */
export async function onlyOf(session: Session, inspectors: readonly string[]): Promise<void> {
  const rows = await session.rows<{inspector: string}>(
    'select distinct inspector from judged where inspector is not null order by inspector',
  );
  const known = rows.map(row => row.inspector);
  for (const asked of inspectors) {
    if (known.includes(asked)) continue;
    const near = nearNames(asked, known);
    const there = (near.length > 0 ? near : known.slice(0, 8)).join(', ');
    throw new QuestionError(
      `"${asked}" inspected nothing in this scope; there ${known.length === 1 ? 'is' : 'are'} ${there}`,
    );
  }
  await session.run('delete from judged where coalesce(not list_contains($inspectors::varchar[], inspector), true)', {
    inspectors: [...inspectors],
  });
}

/**
 * Of what would fail, or pass, a rate is told only where everything that is in it was reviewed in part: fails of now do not
 * speak for passes of now.
 * @param reached by so many thresholds, or more: what would fail
 */
function pointOf(
  lots: readonly (readonly Scored[])[],
  reached: number,
): Omit<ThresholdAnswer['curve'][number], 'threshold'> {
  const sides = {fails: (row: Scored) => row.reached >= reached, passes: (row: Scored) => row.reached < reached};
  type Side = keyof typeof sides;
  const all = lots.flat();
  const isKnown = (side: Side) =>
    [true, false].every(failed => {
      const rows = all.filter(row => row.failed === failed && sides[side](row));
      return rows.length === 0 || rows.some(({bad, good}) => bad + good > 0);
    });
  const sum = (rows: readonly Scored[], of: (row: Scored) => number) => rows.reduce((total, row) => total + of(row), 0);
  /** Of reviewed ones on these sides that are what `among` says, those that `counts`. */
  const rate = (on: readonly Side[], among: (row: Scored) => Weighed, counts: (row: Scored) => number) => {
    if (!on.every(isKnown)) return null;
    return share(
      lots.map(lot => {
        const rows = lot.filter(row => on.some(side => sides[side](row)));
        return {
          n: sum(rows, row => among(row).weight),
          squares: sum(rows, row => among(row).squares),
          count: sum(rows, counts),
        };
      }),
    );
  };
  const failShare = share(
    lots.map(lot => ({n: sum(lot, row => row.inspected), count: sum(lot.filter(sides.fails), row => row.inspected)})),
  )!;
  return {
    failShare,
    yield: {value: 1 - failShare.value, low: 1 - failShare.high, high: 1 - failShare.low},
    overkill: rate(['fails'], either, row => row.good),
    escape: rate(['passes'], either, row => row.bad),
    missRate: rate(['fails', 'passes'], bad, row => (sides.passes(row) ? row.bad : 0)),
    falseAlarmRate: rate(['fails', 'passes'], good, row => (sides.fails(row) ? row.good : 0)),
  };
}

interface Weighed {
  weight: number;
  squares: number;
}

const bad = (row: Scored): Weighed => ({weight: row.bad, squares: row.bad_squares});
const good = (row: Scored): Weighed => ({weight: row.good, squares: row.good_squares});
const either = (row: Scored): Weighed => ({
  weight: row.bad + row.good,
  squares: row.bad_squares + row.good_squares,
});

function share(clusters: readonly Cluster[]): Interval | null {
  const found = clusteredShare(clusters);
  return found && {value: found.value, low: found.low, high: found.high};
}

function limitsOf(
  {inspections, scored, reviewed_fails: fails, reviewed_passes: passes, against}: Known,
  notes: readonly string[],
): string[] {
  const unscored = inspections - scored;
  return [
    ...(unscored > 0
      ? [`${unscored} of ${inspections} inspections have no confidence: they are in no figure here`]
      : []),
    ...(fails === 0 ? ['no fail was reviewed: how many good parts fail is not known at any threshold'] : []),
    ...(passes === 0
      ? [
          'no pass was reviewed: what a lower threshold would catch, and a higher one let through beyond what fails now, is not known',
        ]
      : []),
    ...(against > 0
      ? [
          `${against} passes are more suspect than some fail: the inspector does not decide by one threshold on this score (or it was changed), so the figures tell of a rule on the score, not of the inspector`,
        ]
      : []),
    'a threshold that is chosen because it looks best here will do a little worse on new parts',
    'a part that was judged on another image, under other light, or by another version has no score of this one',
    ...notes,
  ];
}
