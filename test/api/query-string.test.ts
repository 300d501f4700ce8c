import {expect, test} from 'vitest';
import {z} from 'zod';
import {asQuery} from '../../api/query-string.ts';
import {servedPlant} from './plant.ts';

test('numbers as programs write them: with exponents too; what is none is refused', () => {
  const query = asQuery(z.object({lsl: z.number().optional()}));
  const numbers = ['1e-7', '-1.5E+3', '2e3', '0.25', '-4', '.5', '5.'].map(lsl => query.parse({lsl}).lsl);
  // JavaScript writes 0.0000001 as 1e-7.
  expect(numbers).toEqual([0.0000001, -1500, 2000, 0.25, -4, 0.5, 5]);
  for (const lsl of ['', ' ', '.', 'e5', '1e', '1,5', '0x10', 'Infinity', '1e999', 'NaN', '--1']) {
    expect(query.safeParse({lsl}).success, lsl).toBe(false);
  }
});

test('a NUL in a question finds nothing, and fails nothing', async () => {
  const {http} = await servedPlant();
  expect((await http.inject({url: '/v1/trace/part/P%001'})).statusCode).toBe(404);
  const answer = await http.inject({url: '/v1/yield?product=%00'});
  expect([answer.statusCode, answer.json().inspected]).toEqual([200, 0]);
});
