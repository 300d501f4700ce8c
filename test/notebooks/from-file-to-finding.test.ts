// From top to bottom; every number is that of the API and of the command line.
import type {Page} from 'playwright-core';
import {expect, test} from 'vitest';
import type {ChartAnswer, Finding, ParetoAnswer, ScreenAnswer} from '../../api/schemas.ts';
import {count, cut, ratio} from '../../dashboards/format.ts';
import {figures, finished, openNotebook, readsWell, rowsOf, servedNotebooks} from './notebook-page.ts';

const NOTEBOOK = 'from-file-to-finding.html';
const ENDS = [12, 14, 17, 19, 24];
const served = servedNotebooks({parameters: 8, lots: 80, partsPerLot: 40, uninspectedLots: 0, effect: 5});

const rowOf = async (page: Page, cell: number) => (await rowsOf(page, cell))[0];
const levelOf = ({level, threshold}: Finding) =>
  level ?? `${threshold!.op === '<' ? 'below' : 'from'} ${cut(threshold!.value)}`;

test('it runs from top to bottom, asks nobody else, and its numbers are those of the API', async () => {
  const pareto = await served.api<ParetoAnswer>('/pareto');
  const [top] = pareto.bars;
  const {findings, population} = await served.cli<ScreenAnswer>('screen', '--defect', top.key);
  const {page, troubles} = await openNotebook(served, NOTEBOOK);
  await finished(page, ENDS);

  expect(await page.locator('.observablehq--error').allTextContents()).toEqual([]);
  expect(troubles).toEqual([]);

  // The largest bar is a link that asks why.
  const bar = page.locator('#cell-6 svg a').first();
  expect(await bar.locator('[aria-label]').getAttribute('aria-label')).toContain(`${top.key}: ${count(top.count)},`);
  expect(await bar.getAttribute('href')).toContain(`defect=${top.key}`);

  expect(await page.locator('#cell-9 .claim').textContent()).toBe(findings[0].sentence);
  expect(await page.locator('#cell-9 .under').textContent()).toContain(
    `${count(population.defective)} of ${count(population.parts)} parts in ${count(population.lots)} lots`,
  );
  const [rank, factor, level, effect, interval] = await rowOf(page, 10);
  expect({rank, factor, level, effect, interval}).toEqual({
    rank: '1',
    factor: findings[0].factor,
    level: levelOf(findings[0]),
    effect: ratio(findings[0].effect).value,
    interval: ratio(findings[0].effect).interval,
  });
  expect(await page.locator('#cell-10 tbody tr').count()).toBe(10);
  await page.locator('#cell-12 svg[aria-label="Rate by level"]').waitFor();

  // Counted again from the rows, which took another way out of the warehouse than the Pareto did.
  expect(await figures(page, 17)).toMatchObject({
    'parts inspected': count(pareto.basis.parts),
    [`parts with ${top.key}, counted here`]: count(top.parts),
    'the Pareto says': count(top.parts),
  });
  // And once more in SQL, a lot a row: as the control chart of shares by lot has them.
  const {points} = await served.cli<ChartAnswer>('chart', top.key, '--kind', 'np', '--subgroup', 'lot');
  const byLot = new Map(points.map(({x, n, value}) => [x, [count(n), count(value)]]));
  const worst = await rowsOf(page, 19);
  expect(worst.length).toBe(8);
  expect(worst).toEqual(worst.map(([lot]) => [lot, ...byLot.get(lot)!]));
  const most = points.map(({value}) => value!).toSorted((a, b) => b - a);
  expect(worst.map(([, , defective]) => defective)).toEqual(most.slice(0, 8).map(count));
  await readsWell(page);
  await page.close();
});

test('the planted cause leads', async () => {
  // truth.json of the demo plant: tool T7 at bore makes scratches.
  const {page} = await openNotebook(served, `${NOTEBOOK}?defect=scratch`);
  await finished(page, ENDS);
  expect((await rowOf(page, 10)).slice(1, 3)).toEqual(['bore.tool', 'T7']);
  await page.close();
});

test('another defect changes what follows and nothing else', async () => {
  const {bars} = await served.api<ParetoAnswer>('/pareto');
  const other = bars[1];
  const {findings} = await served.api<ScreenAnswer>('/screen', {defect: other.key});
  const {page, troubles} = await openNotebook(served, NOTEBOOK);
  await finished(page, ENDS);

  await page.locator('#cell-8 select').selectOption(other.key);
  await expect.poll(() => page.locator('#cell-9 .claim').textContent(), {timeout: 300_000}).toBe(findings[0].sentence);
  await expect
    .poll(() => figures(page, 17), {timeout: 300_000})
    .toMatchObject({[`parts with ${other.key}, counted here`]: count(other.parts)});
  expect(await page.locator('.observablehq--error').count()).toBe(0);
  expect(troubles).toEqual([]);
  await page.close();
});
