/**
 * Capability of a parameter: values and their lots → limits → sigma and stability → indices with intervals → percentiles of
 * fitted distributions beside them → what is expected and observed beyond the limits → a verdict in words.
 */
import type {Interval} from '../answers.ts';
import type {CapabilityAnswer, CapabilityQuestion} from '../capability-answers.ts';
import {QuestionError} from '../question-error.ts';
import {
  acceptance,
  expectedBeyond,
  type Limits,
  performance,
  potential,
  towardsTarget,
} from '../statistics/capability.ts';
import {condensed} from '../statistics/condensed.ts';
import {NORMAL} from '../statistics/distributions.ts';
import type {Warehouse} from '../store.ts';
import {verdict} from './capability-verdict.ts';
import {besideNormal, fitAll} from './fits.ts';
import {type GroupedValues, groupedValues, subgroupsOf} from './grouped-values.ts';
import {limitsAsked, type limitsFor} from './limits-asked.ts';
import {restsOn} from './lots.ts';
import {sixPack} from './six-pack.ts';
import {within} from './stability.ts';

const FEWEST = 8;

/**
 * Cp and Cpk with sigma within subgroups, Pp, Ppk and Cpm with the overall one, and Ppk by the percentiles of the distribution
 * that fits best. Limits are those asked for, else those that were valid for the newest of the values.
 * @throws QuestionError for an unknown parameter, no limits, limits the wrong way round, too few values or no spread
 */
export async function capability(warehouse: Warehouse, question: CapabilityQuestion): Promise<CapabilityAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const points = await groupedValues(session, question);
    const wantsLots = question.interval === undefined || question.interval === 'lots';
    const byLot =
      points.by === 'lot' ? points : wantsLots ? await groupedValues(session, {...question, subgroup: 'lot'}) : null;
    const hasLots = byLot !== null && byLot.values.length > 0;
    mustBeEnough(points.values.length);
    const asked = await limitsAsked(session, question, points);
    return {asOf, parameter: question.parameter, ...assess(question, points, hasLots ? byLot : null, asked)};
  });
}

/** @throws QuestionError */
export function mustBeEnough(n: number): void {
  if (n < FEWEST)
    throw new QuestionError(
      `${n === 0 ? 'no values' : n === 1 ? 'one value' : `${n} values`} in this scope: capability wants at least ${FEWEST}, better 100`,
    );
}

type Asked = ReturnType<typeof limitsFor>;

/** The answer from the values and what they are held against, wherever these came from. @throws QuestionError for no spread */
export function assess(
  question: CapabilityQuestion,
  points: GroupedValues,
  byLot: GroupedValues | null,
  {limits, band, unit, bound, notes: aboutLimits}: Asked,
): Omit<CapabilityAnswer, 'asOf' | 'parameter'> {
  const {values} = points;
  const n = values.length;
  const sorted = values.slice().sort();
  const mean = values[0] + values.reduce((sum, x) => sum + (x - values[0]), 0) / n;
  const sigmaOverall = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  if (!(sorted[n - 1] > sorted[0]))
    throw new QuestionError('all values are equal: there is no spread to compare with the limits');
  const groups = subgroupsOf(points);
  const inside = within(question, values, groups, mean);
  const {sigma, by, stable} = inside;
  const rests = restsOn(question, byLot, values, {sigmaOverall, sigmaWithin: sigma});
  const {degrees, meansWithin, meansOverall} = rests;
  const short = {mean, sigma: sigma.value, degrees: degrees.within, n: meansWithin};
  const long = {mean, sigma: sigmaOverall, degrees: degrees.overall, n: meansOverall};
  const sample = condensed(sorted);
  const fits = fitAll(sample, limits, {...question, bound}, Math.min(meansOverall, degrees.overall + 1));
  const ppk = performance(limits, long);
  const normal = besideNormal(sorted, limits, ppk?.value ?? null, fits);
  const drawnIn = band === null ? null : acceptance(limits, band);
  const observed = observedBeyond(limits, values);
  const expected = {
    within: expectedBeyond(limits, NORMAL.of([mean, sigma.value])),
    overall: expectedBeyond(limits, NORMAL.of([mean, sigmaOverall])),
  };
  const {lsl, usl} = limits;
  const below = (x: number) => lsl !== null && x < lsl;
  const above = (x: number) => usl !== null && x > usl;
  const inPpm = ({value, low, high}: Interval) => ({value: value * 1e6, low: low * 1e6, high: high * 1e6});
  const sizes = groups.map(group => group.n);
  const answer = {
    unit,
    n,
    mean,
    sigmaWithin: sigma.value,
    sigmaBy: by,
    sigmaOverall,
    subgroups: {
      count: groups.length,
      smallest: sizes.reduce((least, size) => Math.min(least, size), n),
      largest: sizes.reduce((most, size) => Math.max(most, size), 0),
    },
    ...limits,
    cp: potential(limits, short),
    cpk: performance(limits, short),
    pp: potential(limits, long),
    ppk,
    cpm: towardsTarget(limits, {...long, n: degrees.overall + 1}),
    interval: rests.told,
    ppmExpected: {within: expected.within.total, overall: expected.overall.total},
    ppmObserved: (observed.total / n) * 1e6,
    ppm: {
      observed: {
        below: inPpm(rests.shareOf(below)),
        above: inPpm(rests.shareOf(above)),
        total: inPpm(rests.shareOf(x => below(x) || above(x))),
      },
      ...expected,
      fitted: fits.shown.fit.distribution === 'normal' ? null : fits.shown.fit.ppm,
    },
    guard:
      drawnIn === null
        ? null
        : {band: band!, ...drawnIn, observed: observedBeyond(drawnIn, values), outside: observed.total},
    normal,
    fits: fits.fits,
    notFitted: fits.notFitted,
    fitted: fits.fitted,
    stable,
  };
  return {
    verdict: verdict(question.parameter, question.required, answer),
    ...answer,
    notes: [...points.notes, ...aboutLimits, ...rests.notes, ...notesOn(answer, fits.shown.fit.p)],
    ...(question.sixPack
      ? {
          sixPack: sixPack({
            points,
            sorted,
            within: inside,
            mean,
            sigmaOverall,
            limits,
            acceptance: drawnIn,
            fitted: fits.shown.of,
            effective: {mean: meansOverall, degrees: degrees.overall},
          }),
        }
      : {}),
  };
}

function observedBeyond({lsl, usl}: Pick<Limits, 'lsl' | 'usl'>, values: Float64Array) {
  let [below, above] = [0, 0];
  for (const x of values) {
    if (lsl !== null && x < lsl) below++;
    if (usl !== null && x > usl) above++;
  }
  return {below, above, total: below + above};
}

function notesOn(
  {
    stable,
    normal,
    subgroups,
    fitted,
    lsl,
    usl,
    n,
  }: Pick<CapabilityAnswer, 'stable' | 'normal' | 'subgroups' | 'fitted' | 'lsl' | 'usl' | 'n'>,
  p: number,
): string[] {
  const notes: string[] = [];
  if (!stable.ok) notes.push('the process is not stable: what it was capable of says little of what comes next');
  if (normal.disagrees)
    notes.push(
      normal.percentile === null
        ? `percentiles of the ${fitted?.distribution} distribution and the normal one give Ppk that differ by more than 10 %: look at the probability plot before trusting either`
        : 'percentiles and the normal distribution give Ppk that differ by more than 10 %: trust the percentiles',
    );
  if (p < 0.05)
    notes.push(
      n < 20_000
        ? 'no distribution tried here fits (Anderson-Darling p < 0.05 for the best of them): a mixture, or a process that moved'
        : `of ${n.toLocaleString('en')} values the smallest departure from any distribution shows (Anderson-Darling p < 0.05): go by the percentiles of the values`,
    );
  if (subgroups.smallest !== subgroups.largest)
    notes.push(
      `subgroups have ${subgroups.smallest} to ${subgroups.largest} values: each weighs by its size, and has limits of its own`,
    );
  if (lsl === null || usl === null)
    notes.push(
      `only ${lsl === null ? 'an upper' : 'a lower'} limit: Cpk and Ppk are of that side; Cp, Pp and Cpm need both`,
    );
  return notes;
}
