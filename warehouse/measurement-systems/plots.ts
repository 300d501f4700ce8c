/** What the usual plots of a gage study show: each part by each appraiser, with control limits by the mean range. */
import type {GagePlots} from '../msa-answers.ts';
import {d2, d3} from '../statistics/control-constants.ts';
import {LIMITS_AT} from '../statistics/shewhart.ts';
import {meanOf} from './bias.ts';
import type {NamedStudy} from './study.ts';

/** Of more trials than this the range says nothing, and its constants are not known. */
const MOST_TRIALS = 1000;

/**
 * Limits are those of a chart of means and ranges whose subgroups are the trials of one appraiser on one part: most means
 * should lie beyond theirs, since parts differ; no range should.
 * @returns null with more trials than there are constants for
 * @see AIAG (2010), Measurement Systems Analysis, 4th ed., chapter III-B, graphical analysis of results
 */
export function gagePlots(study: NamedStudy): GagePlots | null {
  if (study.trials > MOST_TRIALS) return null;
  const crossed = study.design === 'crossed';
  const cells = study.appraisers.flatMap((appraiser, a) =>
    study.names[a].map((part, p) => {
      const values = crossed ? study.values[p][a] : study.values[a][p];
      return {part, appraiser, values, mean: meanOf(values), range: Math.max(...values) - Math.min(...values)};
    }),
  );
  const meanRange = meanOf(cells.map(({range}) => range));
  const sigma = meanRange / d2(study.trials);
  const center = meanOf(cells.map(({mean}) => mean));
  const reach = (LIMITS_AT * sigma) / Math.sqrt(study.trials);
  const limits = (of: 'mean' | 'range', center: number, lcl: number, ucl: number) => ({
    center,
    lcl,
    ucl,
    outside: cells.filter(cell => cell[of] < lcl || cell[of] > ucl).length,
  });
  return {
    cells,
    parts: [...new Set(study.names.flat())].map(part => ({
      part,
      mean: meanOf(cells.filter(cell => cell.part === part).map(({mean}) => mean)),
    })),
    appraisers: study.appraisers.map(appraiser => {
      const own = cells.filter(cell => cell.appraiser === appraiser);
      return {appraiser, mean: meanOf(own.map(({mean}) => mean)), range: meanOf(own.map(({range}) => range))};
    }),
    means: limits('mean', center, center - reach, center + reach),
    ranges: limits(
      'range',
      meanRange,
      Math.max(0, meanRange - LIMITS_AT * d3(study.trials) * sigma),
      meanRange + LIMITS_AT * d3(study.trials) * sigma,
    ),
  };
}
