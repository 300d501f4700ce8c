import type {CapabilityAnswer, ChartAnswer} from '../../../warehouse/chart-answers.ts';
import {bold, count, counted, paragraphs, short, table} from './layout.ts';

const VIOLATIONS_SHOWN = 30;

export function chartText(answer: ChartAnswer): string {
  const {parameter, kind, center, sigma, sigmaBy, limits, n, points, rules, averageRunLength, baseline, notes} = answer;
  const broken = points.filter(({violations}) => violations.length > 0);
  const lines = Array.isArray(limits) ? 'limits differ from point to point' : `limits ${range(limits)}`;
  const since = baseline.from === null ? '' : ` from ${baseline.from} on`;
  return paragraphs(
    bold(
      broken.length === 0
        ? `${kind} chart of ${parameter}: no point breaks a rule.`
        : `${kind} chart of ${parameter}: ${broken.length} of ${counted(points.length, 'point')} break a rule.`,
    ),
    `Centre ${short(center)}, ${lines}; sigma ${short(sigma)} (${sigmaBy}); ${counted(baseline.points, 'point')}${since} as baseline; ${count(n)} values or parts.`,
    averageRunLength === null
      ? ''
      : `A false alarm about every ${Math.round(averageRunLength)} points (${rules.name}, limits as estimated).`,
    table(
      ['point', 'value', 'breaks'],
      broken
        .slice(0, VIOLATIONS_SHOWN)
        .map(({x, value, violations}) => [
          x,
          short(value),
          violations.map(id => `${id}: ${rules.texts[id]}`).join('; '),
        ]),
    ),
    broken.length > VIOLATIONS_SHOWN ? `and ${broken.length - VIOLATIONS_SHOWN} more (--json has them all).` : '',
    notes.map(note => `  note: ${note}\n`).join(''),
  );
}

export function capabilityText(answer: CapabilityAnswer): string {
  const {parameter, n, mean, sigmaWithin, sigmaBy, sigmaOverall, lsl, usl, target, stable, normal, notes} = answer;
  const {cp, cpk, pp, ppk, cpm, ppmExpected, ppmObserved} = answer;
  const indices = Object.entries({Cp: cp, Cpk: cpk, Pp: pp, Ppk: ppk, Cpm: cpm});
  return paragraphs(
    bold(
      `${parameter}: ${ppk === null ? 'no index' : `Ppk ${short(ppk.value)}`}, ${stable.ok ? 'stable' : 'not stable'}.`,
    ),
    `${count(n)} values, mean ${short(mean)}, sigma ${short(sigmaWithin)} within subgroups (${sigmaBy}), ${short(sigmaOverall)} overall; limits ${lsl ?? 'none'} to ${usl ?? 'none'}${target === null ? '' : `, target ${target}`}.`,
    table(
      ['index', 'value', '95 %'],
      indices.flatMap(([name, index]) =>
        index === null ? [] : [[name, index.value.toFixed(3), `${index.low.toFixed(3)} to ${index.high.toFixed(3)}`]],
      ),
    ),
    `Beyond the limits: ${short(ppmObserved)} ppm observed; ${short(ppmExpected.overall)} ppm expected of a normal distribution (${short(ppmExpected.within)} within subgroups).`,
    `${stable.outside} of ${counted(stable.points, 'point')} of the ${stable.chart} chart beyond its limits; Anderson-Darling p ${normal.p === null ? 'unknown' : short(normal.p)}${normal.percentile?.ppk == null ? '' : `, Ppk by percentiles ${normal.percentile.ppk.toFixed(3)}`}.`,
    notes.map(note => `  note: ${note}\n`).join(''),
  );
}

const range = ({lcl, ucl}: {lcl: number | null; ucl: number | null}) =>
  `${lcl === null ? 'none' : short(lcl)} to ${ucl === null ? 'none' : short(ucl)}`;
