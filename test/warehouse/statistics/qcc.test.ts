/**
 * Every centre and standard deviation that R's qcc 3.0 prints of textbook data (`printed-figures.json`), to all seven
 * digits. qcc takes d2 from a table of three decimals, so ours is put in its place where ranges are used.
 */
import {describe, expect, test} from 'vitest';
import {attributeChart, type Counted} from '../../../warehouse/statistics/attribute-chart.ts';
import {d2} from '../../../warehouse/statistics/control-constants.ts';
import {referenceOf} from '../../../warehouse/statistics/hotelling.ts';
import {deviationChart, LIMITS_AT, rangeChart} from '../../../warehouse/statistics/shewhart.ts';
import {type Subgroup, sigmaOfNeighbours, sigmaWithin} from '../../../warehouse/statistics/subgroup-sigma.ts';
import {
  circuitBoards,
  computers,
  orangeJuice,
  pistonRings,
  printedFigures,
  ryan,
  shared,
  subgroupOf,
  viscosity,
} from './textbook-data.ts';

/** Montgomery, Introduction to Statistical Quality Control, appendix VI, as qcc has it. */
const TABLED_D2: Record<number, number> = {2: 1.128, 4: 2.059, 5: 2.326};

/** Of a chart: centre, standard deviation, number and size of its groups, number of the later ones that it is applied to. */
type Figures = [center: number, deviation: number, groups: number, size: number, later?: number];

const byRanges = (subgroups: readonly Subgroup[]) =>
  (sigmaWithin(subgroups, 'rbar')!.value * d2(subgroups[0].n)) / TABLED_D2[subgroups[0].n];

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

function rings(of: (rings: readonly Subgroup[]) => [number, number]): Figures {
  const all = pistonRings();
  return [...of(all.slice(0, 25)), 25, all[0].n, all.length - 25];
}

/** From the lines that the chart draws; for u the deviation is that of one unit. */
function counted(kind: 'p' | 'c' | 'u', trial: readonly Counted[], later?: readonly Counted[]): Figures {
  const {center, ucl} = attributeChart(kind, trial);
  const half = (ucl[0] - center[0]) / LIMITS_AT;
  const {n} = trial[0];
  return [center[0], kind === 'u' ? half * Math.sqrt(n) : half, trial.length, n, later?.length];
}

/** One of Ryan's two parameters; the centre as the chart of both has it. */
function ofRyan(parameter: number): Figures {
  const groups = ryan();
  const own = groups.map(rows => subgroupOf(rows.map(row => row[parameter])));
  return [referenceOf(groups).mean[parameter], byRanges(own), own.length, own[0].n];
}

const without = <T>(samples: readonly T[], numbers: readonly number[]) =>
  samples.filter((_, k) => !numbers.includes(k + 1));

function neighbours(trial: Float64Array, later: Float64Array): Figures {
  const sigma = (sigmaOfNeighbours(trial)!.value * d2(2)) / TABLED_D2[2];
  return [mean([...trial]), sigma, trial.length, 1, later.length];
}

/** By chart, data and number of groups, as qcc names them. */
const COMPARED: Record<string, () => Figures> = {
  'xbar of diameter[1:25, ], 25': () => rings(some => [mean(some.map(g => g.mean)), byRanges(some)]),
  'R of diameter[1:25, ], 25': () =>
    rings(some => [rangeChart(some, sigmaWithin(some, 'rbar')!.value).center[0], byRanges(some)]),
  'S of diameter[1:25, ], 25': () =>
    rings(some => {
      const sigma = sigmaWithin(some, 'sbar')!.value;
      return [deviationChart(some, sigma).center[0], sigma];
    }),
  'p of D[trial], 30': () => counted('p', orangeJuice()),
  'p of D[inc], 28': () => counted('p', without(orangeJuice(), [15, 23]), orangeJuice('later')),
  'c of x[trial], 26': () => counted('c', circuitBoards()),
  'c of x[inc], 24': () => counted('c', without(circuitBoards(), [6, 20]), circuitBoards('later')),
  'u of x, 20': () => counted('u', computers()),
  // Not from neighbours here (qcc's std.dev = "SD"): all values as one subgroup.
  'xbar.one of viscosity[trial], 20': () => {
    const trial = subgroupOf([...viscosity()]);
    return [trial.mean, sigmaWithin([trial], 'pooled')!.value, trial.n, 1];
  },
  // The fourth batch is taken out.
  'xbar.one of viscosity[trial], 19': () =>
    neighbours(
      viscosity().filter((_, k) => k !== 3),
      viscosity('later'),
    ),
  'xbar of X1, 20': () => ofRyan(0),
  'xbar of X2, 20': () => ofRyan(1),
};

const NOT_COMPARED: Record<string, string> = {
  'p.std of x, 15': 'counts drawn at random when the page was made, not published; 0 and 1 are its definition',
  'Operating Characteristic Curves': 'the record states no figures, and the product draws no such curves',
  'Process Capability Analysis': 'the record states no figures; those printed elsewhere are in capability.test.ts',
  'Pareto Chart': 'the record states no figures',
};

type Printed = ReturnType<typeof printedFigures>[number];

const nameOf = (record: Printed) =>
  record['Chart type'] === undefined
    ? String(record.kind)
    : `${record['Chart type']} of ${record['Data (phase I)']}, ${record['Number of groups']}`;

describe.skipIf(!shared.present)('what qcc prints', () => {
  const records = shared.present ? printedFigures() : [];

  test('every record is compared, or the reason is given; none is made up', () => {
    const names = records.map(nameOf);
    expect(names.filter(name => !(name in COMPARED) && !(name in NOT_COMPARED))).toEqual([]);
    expect([...Object.keys(COMPARED), ...Object.keys(NOT_COMPARED)].filter(name => !names.includes(name))).toEqual([]);
    // Two records of one name would hide each other's figures.
    const compared = names.filter(name => name in COMPARED);
    expect(new Set(compared).size).toBe(compared.length);
  });

  test('a record that is said to state no figures states none', () => {
    const silent = records.filter(record => NOT_COMPARED[nameOf(record)]?.startsWith('the record states no figures'));
    expect(silent.flatMap(record => Object.values(record)).filter(value => typeof value === 'number')).toEqual([]);
  });

  test.each(records.filter(record => nameOf(record) in COMPARED).map(record => [nameOf(record), record] as const))(
    '%s',
    (name, record) => {
      const [center, deviation, groups, size, later] = COMPARED[name]();
      expect(Number(center.toPrecision(7))).toBe(record['Center of group statistics']);
      expect(Number(deviation.toPrecision(7))).toBe(record['Standard deviation']);
      expect([groups, size, later]).toEqual([
        record['Number of groups'],
        record['Group sample size'],
        record['Number of groups (phase II)'],
      ]);
    },
  );

  test('d2 as tabled is ours to three decimals', () => {
    for (const [n, tabled] of Object.entries(TABLED_D2)) expect(Number(d2(Number(n)).toFixed(3))).toBe(tabled);
  });
});
