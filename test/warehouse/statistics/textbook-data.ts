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
  return [...samples.values()].map(values => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    const range = Math.max(...values) - Math.min(...values);
    return {n: values.length, mean, range, deviation: Math.sqrt(squares / (values.length - 1)), values};
  });
}

/** Montgomery's orange juice cans: the 30 samples of the trial. */
export function orangeJuice(): {n: number; count: number}[] {
  return table('orangejuice.txt')
    .filter(row => row[3] === 'TRUE')
    .map(([, count, n]) => ({n: Number(n), count: Number(count)}));
}

/** Montgomery's viscosity: the 20 batches of the trial. */
export function viscosity(): Float64Array {
  return Float64Array.from(
    table('viscosity.txt').filter(row => row[2] === 'TRUE'),
    ([, value]) => Number(value),
  );
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
