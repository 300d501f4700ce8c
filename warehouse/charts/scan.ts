/**
 * Which of all parameters should worry us: every step's table is read once, lot by lot, for spread within lots and
 * overall, capability and jumps between lots.
 */
import {type ScanAnswer, ScannedParameter, type ScanQuestion} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {benjaminiHochberg} from '../statistics/benjamini-hochberg.ts';
import {incompleteBeta} from '../statistics/beta.ts';
import {type Limits, performance} from '../statistics/capability.ts';
import {lotSpread} from '../statistics/lot-spread.ts';
import {BEYOND_LIMITS} from '../statistics/shewhart.ts';
import {
  LARGEST_FOR_RANGES,
  type Sigma,
  type Subgroup,
  sigmaOfNeighbours,
  sigmaWithin,
} from '../statistics/subgroup-sigma.ts';
import {fTail, studentTail} from '../statistics/tails.ts';
import {type StepTable, stepTables} from '../step-tables.ts';
import type {Warehouse} from '../store.ts';
import {generalLimitsTold, limitsThatHold, type RecordedLimits, recordedLimits} from './limits.ts';
import {weightedMean} from './measured-chart.ts';
import {firstRuns} from './measured-rows.ts';
import {parameterName} from './parameters.ts';

/** AIAG's and ISO 22514's usual demand on an established process. */
const DEMANDED = 1.33;
const LEAST_VALUES = 8;
const LEAST_LOTS = 3;

/**
 * Subgroups are lots; Ppk and Cpk are those that `capability` gives. A parameter is unstable when more lots jump than
 * chance allows: beyond limits from the moving range of lot means, so that what lots usually differ by is not held
 * against it (false discovery rate 5 % over all parameters).
 * @throws what the filter throws
 */
export async function scan(warehouse: Warehouse, question: ScanQuestion): Promise<ScanAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const recorded = await recordedLimits(session);
    const scanned: Omit<Judged, 'q'>[] = [];
    for (const table of await stepTables(session)) {
      for (const found of await lotsOfParameters(session, table, question))
        scanned.push(judge(found, limitsOf(found, recorded, question.product)));
    }
    const q = benjaminiHochberg(scanned.map(({p}) => p));
    const general = new Map(scanned.map(({parameter, general}) => [parameter, general]));
    const all = scanned.map((one, k) => worded({...one, q: q[k]}));
    all.sort((a, b) => WORRY.indexOf(a.verdict) - WORRY.indexOf(b.verdict) || byWorry(a, b));
    const verdicts = Object.fromEntries(WORRY.map(v => [v, all.filter(({verdict}) => verdict === v).length]));
    return {
      asOf,
      demanded: DEMANDED,
      parameters: all.length,
      values: all.reduce((sum, {n}) => sum + n, 0),
      verdicts,
      worrying: all.slice(0, question.top ?? 20),
      notes: [...notesOf(all), ...generalNotes(all, general)],
    };
  });
}

interface LotsOfParameter {
  step: string;
  parameter: string;
  newest: string | null;
  /** In order of time. */
  lots: Subgroup[];
  /** Sum of squares around the overall mean. */
  squares: number;
}

/** One pass over a step's table. Sums are of what is left when a value near the middle is taken off. */
async function lotsOfParameters(session: Session, table: StepTable, scope: ScanQuestion): Promise<LotsOfParameter[]> {
  const {id, step, parameters} = table;
  if (parameters.length === 0) return [];
  const {sql, bindings} = await firstRuns(session, {table: {id}, step, columns: parameters.map(p => p.column)}, scope);
  const middles = await session.row<Record<string, number | null>>(
    `select ${parameters.map((_, k) => `median(v${k}) filter (isfinite(v${k})) as m${k}`).join(', ')}
     from (from (${sql}) limit 2000)`,
    bindings,
  );
  const near = parameters.map((_, k) => middles[`m${k}`] ?? 0);
  const sums = (v: string, k: number, withRange: boolean) => {
    const off = `(${v} - ${near[k]})`;
    const range = withRange ? `coalesce(max(${v}) - min(${v}), 0)` : "'nan'::double";
    return `count(${v})::double, coalesce(sum(${off}), 0), coalesce(sum(${off} * ${off}), 0), ${range}`;
  };
  const byLot = `from (${sql}) where lot is not null group by lot order by min("at") nulls last, lot`;
  const columns = (await session.typed(
    `select ${parameters.map((_, k) => sums(`v${k}`, k, false)).join(', ')},
       coalesce(epoch_ms(max("at"))::double, 'nan'::double), bool_or(astray)::integer ${byLot}`,
    bindings,
  )) as Float64Array[];
  if (columns[columns.length - 1].some(astray => astray !== 0))
    throw new Error(`lots and times do not stand beside the values of step ${step}`);
  const newest = Math.max(...columns[columns.length - 2].filter(at => !Number.isNaN(at)));
  const found: LotsOfParameter[] = [];
  for (const [k, {parameter}] of parameters.entries()) {
    const mine = columns.slice(PER_PARAMETER * k, PER_PARAMETER * (k + 1));
    // A value beyond what could be measured makes a sum infinite; small lots are judged by their ranges: read once more.
    const isSound = mine[1].every(Number.isFinite) && mine[0].some(n => n > LARGEST_FOR_RANGES);
    const sound = isSound
      ? mine
      : ((await session.typed(
          `select ${sums(`case when isfinite(v${k}) then v${k} end`, k, true)} ${byLot}`,
          bindings,
        )) as Float64Array[]);
    found.push({
      step,
      parameter,
      newest: Number.isFinite(newest) ? new Date(newest).toISOString() : null,
      ...subgroupsFrom(sound, near[k]),
    });
  }
  return found;
}

const PER_PARAMETER = 4;

function subgroupsFrom(
  [n, sum, square, range]: Float64Array[],
  near: number,
): Pick<LotsOfParameter, 'lots' | 'squares'> {
  const lots: Subgroup[] = [];
  let [all, total, squares] = [0, 0, 0];
  for (let g = 0; g < n.length; g++) {
    if (n[g] === 0) continue;
    const within = Math.max(0, square[g] - sum[g] ** 2 / n[g]);
    const deviation = n[g] > 1 ? Math.sqrt(within / (n[g] - 1)) : Number.NaN;
    lots.push({n: n[g], mean: near + sum[g] / n[g], range: range[g], deviation});
    all += n[g];
    total += sum[g];
    squares += square[g];
  }
  return {lots, squares: all === 0 ? 0 : Math.max(0, squares - total ** 2 / all)};
}

/** As `capability` finds them: those that hold for the newest of the values. */
function limitsOf(
  {step, parameter, newest}: LotsOfParameter,
  recorded: readonly RecordedLimits[],
  product: string | undefined,
): {limits: Limits | null; why: string | null; general: string[]} {
  const name = parameterName(step, parameter);
  const {limits, differ, exceptions} = limitsThatHold(recorded, name, product, {from: null, to: newest});
  if (limits === null || (limits.lsl === null && limits.usl === null))
    return {limits: null, why: differ.length > 0 ? 'limits differ by product: ask for one product' : null, general: []};
  if (limits.lsl !== null && limits.usl !== null && limits.lsl >= limits.usl)
    return {
      limits: null,
      why: `the limits are the wrong way round: ${limits.lsl} is not below ${limits.usl}`,
      general: [],
    };
  return {limits, why: null, general: generalLimitsTold(exceptions)};
}

interface Judged extends Omit<ScannedParameter, 'verdict' | 'why'> {
  /** Why there are no limits, if there is more to say. */
  noLimits: string | null;
  /** What has to be said where limits are those of all products, and some have their own. */
  general: string[];
  /** Chance of such jumps in a process in order. */
  p: number;
}

function judge(
  {step, parameter, lots, squares}: LotsOfParameter,
  {limits, why, general}: ReturnType<typeof limitsOf>,
): Omit<Judged, 'q'> {
  const name = parameterName(step, parameter);
  const n = lots.reduce((sum, lot) => sum + lot.n, 0);
  const nothing = {
    parameter: name,
    n,
    lots: lots.length,
    lsl: limits?.lsl ?? null,
    usl: limits?.usl ?? null,
    mean: null,
    sigmaWithin: null,
    sigmaOverall: null,
    cpk: null,
    ppk: null,
    jumps: 0,
    lotsDiffer: null,
    noLimits: why,
    general,
    p: 1,
  };
  const largest = lots.reduce((most, lot) => Math.max(most, lot.n), 0);
  if (n < LEAST_VALUES || lots.length < LEAST_LOTS) return nothing;
  const mean = weightedMean(lots);
  const sigmaOverall = Math.sqrt(squares / (n - 1));
  const within = sigmaWithin(lots, largest <= LARGEST_FOR_RANGES ? 'rbar' : 'sbar');
  if (!(sigmaOverall > 0)) return {...nothing, mean, sigmaOverall: 0};
  // Lots are the unit, as in the study of one parameter.
  const rests = lotSpread(lots.map(l => ({n: l.n, mean: l.mean, squares: l.n > 1 ? (l.n - 1) * l.deviation ** 2 : 0})));
  const known = rests ? 1 / rests.meanVariance : n / sigmaOverall ** 2;
  const worth = (sigma: number) => Math.min(n, sigma ** 2 * known);
  const overall = {mean, sigma: sigmaOverall, degrees: rests?.degrees ?? n - 1, n: worth(sigmaOverall)};
  const usable = within !== null && within.value > 0 ? within : null;
  return {
    ...nothing,
    mean,
    sigmaOverall,
    sigmaWithin: usable?.value ?? null,
    cpk:
      limits && usable
        ? performance(limits, {mean, sigma: usable.value, degrees: usable.degrees, n: worth(usable.value)})
        : null,
    ppk: limits ? performance(limits, overall) : null,
    ...jumpingLots(lots.map(lot => lot.mean)),
    lotsDiffer: usable ? howLotsDiffer(lots, mean, usable) : null,
  };
}

/**
 * Lots beyond three sigma of what neighbouring lots differ by, and the chance of so many, or of one so far off: the smaller
 * of the two, doubled.
 */
function jumpingLots(means: readonly number[]): {jumps: number; p: number} {
  const sigma = sigmaOfNeighbours(means);
  if (sigma === null || !(sigma.value > 0)) return {jumps: 0, p: 1};
  const center = means.reduce((sum, x) => sum + x, 0) / means.length;
  const off = means.map(x => Math.abs(x - center) / sigma.value);
  const jumps = off.filter(distance => distance > 3).length;
  if (jumps === 0) return {jumps, p: 1};
  const soMany = incompleteBeta(BEYOND_LIMITS, jumps, means.length - jumps + 1);
  const soFar = means.length * 2 * studentTail(Math.max(...off), sigma.degrees);
  return {jumps, p: Math.min(1, 2 * Math.min(soMany, soFar))};
}

/** How many times as much lot means differ as the values within lots explain; null where that may be chance. */
function howLotsDiffer(lots: readonly Subgroup[], mean: number, {value, degrees}: Sigma): number | null {
  const between = lots.reduce((sum, lot) => sum + lot.n * (lot.mean - mean) ** 2, 0) / (lots.length - 1);
  const ratio = between / value ** 2;
  return fTail(ratio, lots.length - 1, degrees) <= 0.01 ? Math.sqrt(ratio) : null;
}

/** The worst first. */
const WORRY = ScannedParameter.shape.verdict.options;

function worded({p: _p, noLimits, general, ...judged}: Judged): ScannedParameter {
  const {ppk, q, jumps, lots, mean, sigmaOverall} = judged;
  const unstable = q <= 0.05;
  const says: string[] = [];
  if (unstable) says.push(`${jumps} of ${lots} lots jump further than lots usually differ`);
  if (ppk !== null && ppk.value < DEMANDED)
    says.push(`Ppk ${ppk.value.toFixed(2)} (${ppk.low.toFixed(2)} to ${ppk.high.toFixed(2)}), ${DEMANDED} demanded`);
  const incapable = ppk !== null && ppk.high < DEMANDED;
  const verdict =
    mean === null || sigmaOverall === null
      ? 'too-few'
      : unstable && incapable
        ? 'unstable-and-not-capable'
        : incapable
          ? 'not-capable'
          : unstable
            ? 'unstable'
            : ppk === null
              ? 'no-limits'
              : ppk.value < DEMANDED
                ? 'perhaps-not-capable'
                : 'in-order';
  if (sigmaOverall === 0) says.push('all values are equal');
  if (noLimits !== null) says.push(noLimits);
  if (general.length > 0) says.push('limits of all products');
  return {...judged, verdict, why: says.join('; ')};
}

function byWorry(a: ScannedParameter, b: ScannedParameter): number {
  const ppk = ({ppk}: ScannedParameter) => ppk?.value ?? 1e9;
  return ppk(a) - ppk(b) || a.q - b.q || (a.parameter < b.parameter ? -1 : 1);
}

function notesOf(all: readonly ScannedParameter[]): string[] {
  const without = all.filter(({lsl, usl}) => lsl === null && usl === null).length;
  const notes: string[] = [];
  if (without > 0)
    notes.push(
      without === 1
        ? 'one parameter has no limits: it is only watched for jumps; load limits as parameters'
        : `${without} parameters have no limits: they are only watched for jumps; load limits as parameters`,
    );
  const few = all.filter(({verdict}) => verdict === 'too-few').length;
  if (few > 0)
    notes.push(
      `${few} parameters have fewer than ${LEAST_VALUES} values or ${LEAST_LOTS} lots and are not judged; values that name no lot do not count`,
    );
  return notes;
}

const TOLD = 5;

/** The most worrying first, as they are listed. */
function generalNotes(all: readonly ScannedParameter[], general: ReadonlyMap<string, string[]>): string[] {
  const notes = all.flatMap(({parameter}) => general.get(parameter)!.map(told => `${parameter}: ${told}`));
  const more = notes.length - TOLD;
  return more > 0
    ? [...notes.slice(0, TOLD), `limits of all products are used for ${more} more parameters likewise`]
    : notes;
}
