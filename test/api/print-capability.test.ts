/** What the command line says of a capability: a real answer of a small plant, read as a person reads it. */
import {expect, test} from 'vitest';
import {capabilityText, parametersText} from '../../api/command-line/print/capability.ts';
import {capability} from '../../warehouse/charts/capability.ts';
import {parameters} from '../../warehouse/parameters.ts';
import {plantOf} from '../warehouse/plant-in-a-folder.ts';

test('verdict, indices with what they rest on, ppm by side, guard band, distributions', async () => {
  const values = Array.from({length: 60}, (_, k) => 10 + 0.1 * ((k * 7) % 11) - (k === 30 ? 3 : 0));
  const plant = await plantOf([
    ['parts', `part,product,lot\n${values.map((_, k) => `p${k},A,L${Math.floor(k / 6)}`).join('\n')}`],
    ['measurements', `part,parameter,value,step\n${values.map((x, k) => `p${k},gap,${x},weld`).join('\n')}`],
    ['parameters', 'parameter,step,unit,lsl,usl,guard_band\ngap,weld,mm,8,,0.5'],
  ]);
  const text = capabilityText(await capability(plant, {parameter: 'weld.gap', subgroup: 6}));
  expect(text).toMatch(/^weld\.gap (is|was|may)/);
  expect(text).toContain('limits 8 to none mm');
  expect(text).toMatch(/Cpk +\d\.\d{3} +\d\.\d{3} to \d\.\d{3} +within subgroups/);
  expect(text).not.toMatch(/^ +Cp /m);
  // One of sixty is below 8: 16,667 ppm; there is no upper side.
  expect(text).toMatch(/observed +16700 +16700 /);
  expect(text).toContain(
    'Guard band 0.5 (ISO 14253-1): accept within 8.5 to none; 1 value not proved to conform, 1 of them',
  );
  expect(text).toContain('note: only a lower limit');
  expect(parametersText({parameters: await parameters(plant, {})})).toMatch(/weld\.gap +8 +mm/);
  expect(parametersText({parameters: []})).toBe('No measurements are loaded.\n');
});
