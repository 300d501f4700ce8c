/** Data of textbooks, read from the shared folder: they are not part of the repository. */
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Subgroup} from '../../../warehouse/statistics/subgroup-sigma.ts';

const FOLDER = `${process.env.FISHBONE_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url))}/data/qcc`;

export const shared = {present: existsSync(FOLDER)};
if (!shared.present) console.warn(`NOT TESTED: textbook data are not at ${FOLDER}; set FISHBONE_SHARED`);

/** Montgomery's piston rings: 40 samples of 5 diameters; the first 25 are the baseline. */
export function pistonRings(): (Subgroup & {values: number[]})[] {
  const samples = new Map<string, number[]>();
  for (const [diameter, sample] of table('pistonrings.txt')) {
    samples.set(sample, [...(samples.get(sample) ?? []), Number(diameter)]);
  }
  return [...samples.values()].map(subgroupOf);
}

export function subgroupOf(values: number[]): Subgroup & {values: number[]} {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const range = Math.max(...values) - Math.min(...values);
  return {n: values.length, mean, range, deviation: Math.sqrt(squares / (values.length - 1)), values};
}

/** Of a table that has later samples too, those of the trial, from which limits are drawn, or the later ones. */
type Stage = 'trial' | 'later';

const ofStage = (stage: Stage) => (row: readonly string[]) => (row.at(-1) === 'TRUE') === (stage === 'trial');

/** Montgomery's orange juice cans: 30 samples of the trial, 24 later ones. */
export function orangeJuice(stage: Stage = 'trial'): {n: number; count: number}[] {
  return samplesOf('orangejuice.txt', stage);
}

/** Montgomery's circuit boards, 100 a sample: 26 samples of the trial, 20 later ones. */
export function circuitBoards(stage: Stage = 'trial'): {n: number; count: number}[] {
  return samplesOf('circuit.txt', stage);
}

const samplesOf = (name: string, stage: Stage) =>
  table(name)
    .filter(ofStage(stage))
    .map(([, count, n]) => ({n: Number(n), count: Number(count)}));

/** Montgomery's personal computers: 20 samples of 5. */
export function computers(): {n: number; count: number}[] {
  return table('pcmanufact.txt').map(([count, n]) => ({n: Number(n), count: Number(count)}));
}

/** Montgomery's viscosity: the 20 batches of the trial, 15 later ones. */
export function viscosity(stage: Stage = 'trial'): Float64Array {
  return Float64Array.from(table('viscosity.txt').filter(ofStage(stage)), ([, value]) => Number(value));
}

/** What R's qcc prints of these data, by its own names. */
export function printedFigures(): Record<string, string | number>[] {
  const printed = JSON.parse(readFileSync(`${FOLDER}/printed-figures.json`, 'utf8')) as {
    records: Record<string, string | number>[];
  };
  return printed.records;
}

/** Ryan's two parameters in 20 subgroups of 4. */
export function ryan(): number[][][] {
  const {X1, X2} = JSON.parse(readFileSync(`${FOLDER}/RyanMultivar.json`, 'utf8')) as Record<string, number[][]>;
  return X1.map((row, i) => row.map((value, j) => [value, X2[i][j]]));
}

function table(name: string): string[][] {
  return readFileSync(`${FOLDER}/${name}`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/));
}
