import type {AlarmAnswer, ChartAnswer, FrozenBaseline, ScanAnswer} from '../../../warehouse/chart-answers.ts';
import {pointName} from '../../../warehouse/charts/values.ts';
import {bold, type Clock, count, counted, paragraphs, short, table} from './layout.ts';

const VIOLATIONS_SHOWN = 30;

export function chartText(answer: ChartAnswer, clock: Clock): string {
  const {parameter, kind, center, sigma, sigmaBy, limits, n, points, of, rules, averageRunLength, notes} = answer;
  const {baseline, stages} = answer;
  const broken = points.filter(({violations}) => violations.length > 0);
  const lines = Array.isArray(limits) ? 'limits differ from point to point' : `limits ${range(limits)}`;
  const since = baseline.from === null ? '' : ` from ${clock(baseline.from)} on`;
  const {frozen} = baseline;
  const chosen =
    frozen === null
      ? ''
      : ` Frozen as version ${frozen.version} by ${frozen.by} at ${clock(frozen.at)}: ${frozen.reason}.`;
  return paragraphs(
    bold(
      of.violations === 0
        ? `${kind} chart of ${parameter}: no point breaks a rule.`
        : `${kind} chart of ${parameter}: ${of.violations} of ${counted(of.points, 'point')} break a rule.`,
    ),
    `Centre ${short(center)}, ${lines}; sigma ${short(sigma)} (${sigmaBy}); ${counted(baseline.points, 'point')}${since} as baseline; ${count(n)} values or parts.${chosen}`,
    stages.length < 2
      ? ''
      : table(
          ['stage from', 'points', 'centre', 'sigma', 'limits'],
          stages.map(stage => [
            stage.from === null ? null : clock(stage.from),
            stage.points,
            short(stage.center),
            short(stage.sigma),
            stage.baseline.frozen === null ? 'its own' : `version ${stage.baseline.frozen.version}`,
          ]),
        ),
    averageRunLength === null
      ? ''
      : `A false alarm about every ${Math.round(averageRunLength)} points (${rules.name}, limits as estimated).`,
    table(
      ['point', 'value', 'breaks'],
      broken
        .slice(0, VIOLATIONS_SHOWN)
        .map(({x, parts, value, violations}) => [
          parts === undefined ? clock(x) : pointName({x, parts}),
          short(value),
          violations.map(id => `${id}: ${rules.texts[id]}`).join('; '),
        ]),
    ),
    broken.length > VIOLATIONS_SHOWN ? `and ${broken.length - VIOLATIONS_SHOWN} more (--json has them all).` : '',
    notes.map(note => `  note: ${note}\n`).join(''),
  );
}

const rangeOfTime = ({from, to}: {from: string | null; to: string | null}, clock: Clock) =>
  [from, to].map(at => (at === null ? 'unknown' : clock(at))).join(' to ');

const range = ({lcl, ucl}: {lcl: number | null; ucl: number | null}) =>
  `${lcl === null ? 'none' : short(lcl)} to ${ucl === null ? 'none' : short(ucl)}`;

export function baselineText(baseline: FrozenBaseline, clock: Clock): string {
  const {id, version, parameter, kind, subgroup, center, sigma, sigmaBy, validFrom, window, reason, by} = baseline;
  return paragraphs(
    bold(`Baseline ${id}: version ${version} of ${parameter} (${kind}, by ${subgroup}).`),
    `Centre ${short(center)}, sigma ${short(sigma)} (${sigmaBy}) from ${counted(window.points, 'point')}${window.from === null ? '' : `, ${rangeOfTime(window, clock)}`}; holds from ${clock(validFrom)} on.`,
    `Chosen by ${by}: ${reason}`,
  );
}

export function baselinesText({baselines}: {baselines: FrozenBaseline[]}, clock: Clock): string {
  if (baselines.length === 0)
    return 'No baseline is frozen. "fishbone baseline freeze PARAMETER --kind xbar --baseline FROM..TO --reason WHY" makes one.\n';
  return table(
    ['id', 'parameter', 'chart', 'subgroup', 'version', 'centre', 'sigma', 'holds from', 'by', 'reason'],
    baselines.map(b => [
      b.id,
      b.parameter,
      b.kind,
      String(b.subgroup),
      b.version,
      short(b.center),
      short(b.sigma),
      clock(b.validFrom),
      b.by,
      b.reason,
    ]),
  );
}

export function alarmsText(
  {alarms, charts, window, budget, falseAlarmsPerWeek, notes}: AlarmAnswer,
  clock: Clock,
): string {
  const {expected, atThreeSigma} = falseAlarmsPerWeek;
  return paragraphs(
    bold(
      `${counted(alarms.length, 'alarm')} on ${counted(charts, 'chart')}${window.from === null ? '' : `, ${rangeOfTime(window, clock)}`}.`,
    ),
    charts === 0
      ? ''
      : `In order, ${short(expected)} false alarms a week are expected (budget ${budget}); limits at three sigma would give ${short(atThreeSigma)}.`,
    table(
      ['alarm', 'from', 'parameter', 'what', 'points', 'worst', 'value', 'in order', 'chance'],
      alarms.map(a => [
        a.id,
        clock(a.from),
        a.parameter,
        `${a.what} ${a.side}`,
        a.points,
        pointName(a.worst),
        short(a.worst.value),
        short(a.center),
        a.worst.p.toExponential(1),
      ]),
    ),
    notes.map(note => `  note: ${note}\n`).join(''),
  );
}

export function scanText({parameters, values, verdicts, worrying, demanded, notes}: ScanAnswer): string {
  const told = Object.entries(verdicts).filter(([, n]) => n > 0);
  return paragraphs(
    bold(
      `${counted(parameters, 'parameter')}, ${count(values)} values: ${told.map(([verdict, n]) => `${n} ${verdict.replaceAll('-', ' ')}`).join(', ')}.`,
    ),
    table(
      ['parameter', 'verdict', `Ppk (${demanded})`, '95 %', 'Cpk', 'jumps', 'lots', 'why'],
      worrying.map(p => [
        p.parameter,
        p.verdict.replaceAll('-', ' '),
        p.ppk?.value.toFixed(2) ?? '',
        p.ppk ? `${p.ppk.low.toFixed(2)} to ${p.ppk.high.toFixed(2)}` : '',
        p.cpk?.value.toFixed(2) ?? '',
        p.jumps,
        p.lots,
        p.why,
      ]),
    ),
    notes.map(note => `  note: ${note}\n`).join(''),
  );
}
