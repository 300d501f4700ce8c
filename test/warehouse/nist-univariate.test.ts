/** Mean and standard deviation on NIST's StRD, from a file through the warehouse to the answer: the digits that doubles permit. */
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {capability} from '../../warehouse/charts/capability.ts';
import {sharedPlant} from './plant-in-a-folder.ts';

const FOLDER = `${process.env.FISHBONE_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url))}/data/nist-strd`;
const present = existsSync(FOLDER);
if (!present) console.warn(`NOT TESTED: NIST's data are not at ${FOLDER}; set FISHBONE_SHARED`);

/** Certified digits that are kept of the mean and the standard deviation. NumAcc1 has three values, too few for capability. */
const DATASETS = {
  Lew: [14, 14],
  Lottery: [14, 14],
  Mavro: [14, 12],
  Michelso: [14, 13],
  NumAcc2: [14, 14],
  NumAcc3: [14, 9],
  NumAcc4: [14, 8],
  PiDigits: [14, 14],
} as const;

type Name = keyof typeof DATASETS;

function dataset(name: Name) {
  const lines = readFileSync(`${FOLDER}/univ_${name}.txt`, 'utf8').split('\n');
  const certified = (...names: string[]) =>
    Number(
      lines
        .find(line => names.some(n => line.includes(n)))!
        .match(/-?[\d.]+\s*(\(exact\))?\s*$/)![0]
        .replace('(exact)', ''),
    );
  return {
    mean: certified('ybar:', 'mean  '),
    deviation: certified(' s:', 'standardDeviation'),
    values: lines.flatMap(line => (/^\s*-?[\d.]+\s*$/.test(line) ? [line.trim()] : [])),
  };
}

const digits = (found: number, certified: number) =>
  found === certified ? 16 : -Math.log10(Math.abs(found / certified - 1));

describe.skipIf(!present)('NIST StRD', () => {
  const names = Object.keys(DATASETS) as Name[];
  const rows = present
    ? names.flatMap(name => dataset(name).values.map((value, k) => `p${k},${name},lab,${value}`))
    : [];
  const plant = sharedPlant(present ? [['measurements', `part,parameter,step,value\n${rows.join('\n')}`]] : []);

  test.each(names)('%s', async name => {
    const {mean, deviation, values} = dataset(name);
    const answer = await capability(plant(), {parameter: `lab.${name}`, lsl: -1e9, usl: 1e9, subgroup: 5});
    expect(answer.n).toBe(values.length);
    expect(digits(answer.mean, mean)).toBeGreaterThan(DATASETS[name][0]);
    expect(digits(answer.sigmaOverall, deviation)).toBeGreaterThan(DATASETS[name][1]);
  });
});
