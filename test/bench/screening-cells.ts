/** The cells of the planted-cause benchmark: what each plant is like. */
import type {Cause, PlantOptions} from '../../warehouse/screening/planted/plant.ts';

type Cell = Omit<PlantOptions, 'seed'>;

const LOTS = [20, 60, 240, 500];
const CORRELATIONS = [0, 0.01, 0.05];

/** Effects by size and lots, for the power curve. */
const curve = (name: string, cause: (ratio: number) => Cause, more: Cell | Partial<Cell> = {}): [string, Cell][] =>
  [1.5, 2, 3, 5].flatMap(ratio =>
    LOTS.map((lots): [string, Cell] => [
      `curve ${name} x${ratio}, ${lots} lots`,
      {lots, correlation: 0.01, confounded: true, ...more, cause: cause(ratio)},
    ]),
  );

const planted = (lots: number, cause: Cause, more: Partial<Cell> = {}): Cell => ({
  lots,
  correlation: 0.01,
  ...more,
  cause,
});

export const CELLS: [string, Cell][] = [
  ...LOTS.flatMap(lots =>
    CORRELATIONS.flatMap((correlation): [string, Cell][] => [
      [`null, ${lots} lots, ${correlation}`, {lots, correlation}],
      [`confounded, ${lots} lots, ${correlation}`, {lots, correlation, confounded: true}],
    ]),
  ),
  ['4 of 240 bad lots', {lots: 240, correlation: 0.01, badLots: 4}],
  ['day effect .3, 240 lots', {lots: 240, correlation: 0.01, dayVariation: 0.3}],
  ['day effect .6, 240 lots', {lots: 240, correlation: 0.01, dayVariation: 0.6}],
  ['drift x3, 240 lots', {lots: 240, correlation: 0.01, drift: 3}],
  ['null, sizes vary tenfold, 240 lots', {lots: 240, correlation: 0.01, sizesVary: 1.2}],
  ['null, links lost and rework, 60 lots', {lots: 60, correlation: 0.01, missing: 0.2, rework: 0.2, sampled: 0.2}],
  ['3 of 60 lots x5', planted(60, {kind: 'lots', lots: 3, ratio: 5}, {confounded: true})],
  ['8 of 240 lots x3', planted(240, {kind: 'lots', lots: 8, ratio: 3}, {confounded: true})],
  ['8 of 240 lots x3, links lost', planted(240, {kind: 'lots', lots: 8, ratio: 3}, {missing: 0.2})],
  ['tool x2, 240 lots', planted(240, {kind: 'tool', ratio: 2}, {confounded: true})],
  ['tool x2, 240 lots, days .3', planted(240, {kind: 'tool', ratio: 2}, {dayVariation: 0.3})],
  ['tool x2, 240 lots, sizes vary', planted(240, {kind: 'tool', ratio: 2}, {sizesVary: 1.2})],
  ['tool x3, 60 lots, rework', planted(60, {kind: 'tool', ratio: 3}, {rework: 0.2})],
  ['station x2, 60 lots', planted(60, {kind: 'station', ratio: 2}, {confounded: true})],
  ['threshold x2, 60 lots', planted(60, {kind: 'high', ratio: 2})],
  ['threshold x3, 240 lots, a fifth measured', planted(240, {kind: 'high', ratio: 3}, {sampled: 0.2})],
  ['two-sided x2, 60 lots', planted(60, {kind: 'spread', ratio: 2})],
  ['interaction of tools x4, 240 lots', planted(240, {kind: 'interaction', pair: 'tools', ratio: 4})],
  ['interaction of stations x4, 60 lots', planted(60, {kind: 'interaction', pair: 'stations', ratio: 4})],
  ['interaction with a number x4, 120 lots', planted(120, {kind: 'interaction', pair: 'number', ratio: 4})],
  ['change x2, 240 lots', planted(240, {kind: 'change', ratio: 2})],
  ['change x3, 240 lots', planted(240, {kind: 'change', ratio: 3})],
  ['inspector x2, 240 lots', planted(240, {kind: 'change', ratio: 2, inspector: true})],
  ['lanes 90 %, tool x2, 240 lots', planted(240, {kind: 'tool', ratio: 2}, {lanes: 0.9})],
  ['lanes 90 %, tool x3, 240 lots', planted(240, {kind: 'tool', ratio: 3}, {lanes: 0.9})],
  ['lanes 50 %, tool x3, 60 lots', planted(60, {kind: 'tool', ratio: 3}, {lanes: 0.5})],
  ...curve('tool', ratio => ({kind: 'tool', ratio})),
  ...curve('number', ratio => ({kind: 'high', ratio})),
];
