/** Mean and standard deviation on NIST's StRD, from a file through the warehouse to the answer: the digits that doubles permit. */
import {describe, expect, test} from 'vitest';
import {capability} from '../../warehouse/charts/capability.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {sharedPlant} from './plant-in-a-folder.ts';
import {digits, nist, univariate} from './statistics/nist-data.ts';

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

describe.skipIf(!nist.present)('NIST StRD', () => {
  const names = Object.keys(DATASETS) as Name[];
  const rows = nist.present
    ? names.flatMap(name =>
        univariate(name).values.map(
          (value, k) => `p${k},${name},lab,${value},${new Date(Date.UTC(2024, 0, 1, 0, k)).toISOString()}`,
        ),
      )
    : [];
  const plant = sharedPlant(
    nist.present ? [['measurements', `part,parameter,step,value,measured_at\n${rows.join('\n')}`]] : [],
  );

  test.each(names)('%s', async name => {
    const {mean, deviation, values} = univariate(name);
    const answer = await capability(plant(), {parameter: `lab.${name}`, lsl: -1e9, usl: 1e9, subgroup: 5});
    expect(answer.n).toBe(values.length);
    expect(digits(answer.mean, mean)).toBeGreaterThan(DATASETS[name][0]);
    expect(digits(answer.sigmaOverall, deviation)).toBeGreaterThan(DATASETS[name][1]);
  });

  // Certified autocorrelations: 0.535 and -0.0036.
  test('a chart tells that neighbours resemble each other, and only where they do', async () => {
    const notesOf = async (name: Name) => (await chart(plant(), {parameter: `lab.${name}`, kind: 'imr'})).notes.join();
    expect(await notesOf('Michelso')).toContain('neighbouring points are correlated (0.54)');
    expect(await notesOf('PiDigits')).not.toContain('neighbouring points');
  });
});
