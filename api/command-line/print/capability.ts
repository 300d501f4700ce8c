import type {CapabilityAnswer, Fit, ParameterRow} from '../../../warehouse/capability-answers.ts';
import {bold, count, counted, likewise, paragraphs, short, table} from './layout.ts';

export function capabilityText(answer: CapabilityAnswer): string {
  const {unit, n, mean, sigmaWithin, sigmaBy, sigmaOverall, lsl, usl, target, stable, interval, notes} = answer;
  const {cp, cpk, pp, ppk, cpm, guard} = answer;
  const indices = Object.entries({Cp: cp, Cpk: cpk, Pp: pp, Ppk: ppk, Cpm: cpm});
  const limits = `limits ${lsl ?? 'none'} to ${usl ?? 'none'}${unit === null ? '' : ` ${unit}`}${target === null ? '' : `, target ${target}`}`;
  return paragraphs(
    bold(answer.verdict.sentence),
    `${count(n)} values, mean ${likewise(mean, {low: 0, high: sigmaOverall})}, sigma ${short(sigmaWithin)} within subgroups (${sigmaBy}), ${short(sigmaOverall)} overall; ${limits}.`,
    table(
      ['index', 'value', '95 %', 'sigma'],
      indices.flatMap(([name, index]) =>
        index === null
          ? []
          : [
              [
                name,
                index.value.toFixed(3),
                `${index.low.toFixed(3)} to ${index.high.toFixed(3)}`,
                name.startsWith('Cp') && name !== 'Cpm' ? 'within subgroups' : 'overall',
              ],
            ],
      ),
    ),
    `Intervals: ${interval.text}`,
    `Parts per million beyond the limits:\n${ppmTable(answer)}`,
    guard === null
      ? ''
      : `Guard band ${guard.band} (ISO 14253-1): accept within ${guard.lsl ?? 'none'} to ${guard.usl ?? 'none'}; ${counted(guard.observed.total, 'value')} not proved to conform, ${count(guard.outside)} of them beyond the limits.`,
    fitsText(answer),
    `${stable.outside} of ${counted(stable.points, 'point')} of the ${stable.chart} chart and ${stable.spread.outside} of ${count(stable.spread.points)} of the ${stable.spread.chart} chart are beyond their limits; chance alone gives about ${short(stable.expected)}.`,
    notes.map(note => `  note: ${note}\n`).join(''),
  );
}

function ppmTable({ppm, fitted, lsl, usl}: CapabilityAnswer): string {
  const {observed} = ppm;
  const sides = ({below, above, total}: {below: number; above: number; total: number}) => [
    lsl === null ? '' : short(below),
    usl === null ? '' : short(above),
    short(total),
  ];
  return table(
    ['', 'below lsl', 'above usl', 'total', '95 %'],
    [
      [
        'observed',
        ...sides({below: observed.below.value, above: observed.above.value, total: observed.total.value}),
        `${short(observed.total.low)} to ${short(observed.total.high)}`,
      ],
      ['expected, within', ...sides(ppm.within), ''],
      ['expected, overall', ...sides(ppm.overall), ''],
      ...(ppm.fitted === null ? [] : [[`expected, ${fitted?.distribution}`, ...sides(ppm.fitted), '']]),
    ],
  );
}

function fitsText({fits, fitted, normal, notFitted}: CapabilityAnswer): string {
  const ranked = fits.toSorted((a, b) => a.bic - b.bic);
  const row = (fit: Fit) => [
    `${fit.distribution}${fit.distribution === fitted?.distribution ? ` (${fitted.chosen})` : ''}`,
    short(fit.statistic),
    fit.p < 1e-30 ? '< 1e-30' : short(fit.p),
    fit.pp === null ? '' : fit.pp.toFixed(3),
    fit.ppk === null ? '' : fit.ppk.value.toFixed(3),
    fit.ppk === null || fit.ppk.low === null ? '' : `${fit.ppk.low.toFixed(3)} to ${fit.ppk.high?.toFixed(3)}`,
    fit === ranked[0] ? '0' : `+${short(fit.bic - ranked[0].bic)}`,
  ];
  const measured = normal.percentile;
  return [
    "By percentiles (ISO 22514-2), with Anderson-Darling's test of fit:\n",
    table(
      ['distribution', 'A2', 'p', 'Pp', 'Ppk', '95 %', 'BIC, more than the least'],
      [
        ...ranked.map(row),
        ...(measured === null
          ? []
          : [['the values themselves', '', '', measured.pp?.toFixed(3) ?? '', measured.ppk?.toFixed(3) ?? '', '', '']]),
      ],
    ),
    ...notFitted.map(({distribution, reason}) => `  ${distribution}: not fitted, ${reason}\n`),
  ].join('');
}

export function parametersText({parameters}: {parameters: ParameterRow[]}): string {
  if (parameters.length === 0) return 'No measurements are loaded.\n';
  return table(
    ['parameter', 'lsl', 'target', 'usl', 'unit'],
    parameters.map(({parameter, lsl, target, usl, unit, limits}) => [
      parameter,
      lsl === null ? '' : String(lsl),
      limits === 'by product' ? 'by product' : target === null ? '' : String(target),
      usl === null ? '' : String(usl),
      unit ?? '',
    ]),
  );
}
