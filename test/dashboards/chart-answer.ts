/** An answer of a chart as the API gives it, for drawings: points an hour apart, limits 5 and 15 about 10. */
import type {ChartAnswer} from '../../api/schemas.ts';

const START = Date.UTC(2026, 4, 14, 6);
const hour = (k: number) => new Date(START + k * 3_600_000).toISOString().replace('.000Z', 'Z');

/** @param stages how many points each has; all of them in one by default */
export function chartAnswer(values: readonly number[], {stages = [values.length]} = {}): ChartAnswer {
  const points = values.map((value, k) => ({
    x: `L${k + 1}`,
    at: hour(k),
    n: 5,
    value,
    violations: value > 15 || value < 5 ? ['1'] : [],
  }));
  let from = 0;
  const spans = stages.map(count => {
    const span = {from: hour(from), to: hour(from + count - 1), points: count};
    from += count;
    return {...span, center: 10, sigma: 3.7, sigmaBy: 'rbar', baseline: {...span, frozen: null}};
  });
  return {
    asOf: 1,
    parameter: 'bore.torque',
    kind: 'xbar',
    subgroup: 'lot',
    family: 'subgroups',
    timedBy: 'bore.at',
    center: 10,
    sigma: 3.7,
    sigmaBy: 'rbar',
    limits: {lcl: 5, ucl: 15},
    n: 5 * values.length,
    points,
    of: {points: values.length, violations: points.filter(({violations}) => violations.length > 0).length},
    rules: {name: 'limits', texts: {1: 'beyond a control limit', 3: '6 points in a row rising or falling'}},
    averageRunLength: 370,
    baseline: spans[spans.length - 1].baseline,
    stages: spans,
    notes: [],
  };
}
