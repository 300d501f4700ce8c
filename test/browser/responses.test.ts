/** The page of response rules: what they would have done, what they did, and what a person says of what was refused. */
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {AxeBuilder} from '@axe-core/playwright';
import {expect, onTestFinished, test} from 'vitest';
import {serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {demoMes, inspect, plantWith, rulesOf, webhook} from '../api/responses/plant.ts';
import {openBrowser, settled, watchedPage} from './browser.ts';

const pictures = new URL('./screenshots/', import.meta.url).pathname;

async function pageOf(config: Parameters<typeof plantWith>[0]) {
  const {app} = await plantWith(config, {serves: false});
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  onTestFinished(() => server.close());
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const troubles: string[] = [];
  const page = await watchedPage(browser, {address: server.address, troubles});
  return {app, server, page, troubles};
}

test('from holds to the rules: tried on history, and what was refused is sent again', async () => {
  mkdirSync(pictures, {recursive: true});
  const mes = await demoMes(({n}) => (n === 1 ? 'refuse' : null));
  const responses = rulesOf({
    scratches: {
      when: {fail: {defect: 'scratch'}},
      then: [{do: 'notify', to: 'mes'}],
      limits: {budget: {perHour: 2}},
    },
  });
  const {app, server, page, troubles} = await pageOf({receivers: {mes: webhook(mes.url)}, responses});
  for (const k of [1, 2, 3]) {
    await inspect(app, {inspection: `I${k}`, part: `P${k}`, defects: [{defect: 'scratch'}]});
  }
  await page.goto(`${server.address}/holds`);
  await page.getByRole('link', {name: 'response rules'}).click();
  await page.getByRole('heading', {name: 'Response rules', level: 1}).waitFor();
  const rules = page.getByRole('table').first();
  await expect
    .poll(() => rules.getByRole('row').nth(1).textContent(), {timeout: 300_000})
    .toMatch(/scratches.*notify.*mes.*21 *1 rejected/s);

  const did = page.getByRole('region', {name: 'What rules did'});
  await did.getByText(/withheld: /).waitFor();
  await did.getByText('notify at mes: rejected').click();
  await did.getByRole('radio', {name: 'It did not: send it again'}).check();
  await did.getByLabel('How one knows').fill('the MES was being set up');
  await did.getByLabel(/Your name/).fill('Bo');
  await did.getByRole('button', {name: 'Settle'}).click();
  await expect.poll(async () => (await did.textContent())?.match(/acknowledged/g)?.length, {timeout: 300_000}).toBe(2);

  await page.getByRole('link', {name: 'Try scratches on history'}).click();
  await page.getByRole('heading', {name: 'scratches on history'}).waitFor();
  await page.getByText('It would have fired 2 times in all that is known and been withheld once.').waitFor();
  const firings = page.getByRole('region', {name: 'What it would have fired on'});
  expect(await firings.getByRole('link').allInnerTexts()).toEqual(['P1', 'P2']);
  // The question is the address: who opens the link later sees the same.
  expect(new URL(page.url()).searchParams.get('try')).toBe('scratches');

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 768, 1440]) {
      await page.emulateMedia({colorScheme});
      await page.setViewportSize({width, height: 900});
      await settled(page);
      await page.screenshot({path: join(pictures, `responses-${colorScheme}-${width}.png`), fullPage: true});
      const {violations} = await new AxeBuilder({page})
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze();
      expect([colorScheme, width, violations.map(({id}) => id)]).toEqual([colorScheme, width, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width}`).toBe(true);
    }
  }
  expect(troubles).toEqual([]);
});

test('without rules the page says how to write one', async () => {
  const {server, page, troubles} = await pageOf({});
  await page.goto(`${server.address}/responses`);
  await page.getByRole('heading', {name: 'Nothing responds by itself'}).waitFor();
  await page.getByText('npx fishbone responses try --file rules.json').waitFor();
  expect(troubles).toEqual([]);
});
