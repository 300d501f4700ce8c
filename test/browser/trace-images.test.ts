/** Images in a trace: small pictures on the page, boxes where they are on the image itself, which opens on demand. */
import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import sharp from 'sharp';
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from '../../api/app.ts';
import {serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {keepImage} from '../../warehouse/images.ts';
import {openBrowser, settled, watchedPage} from './browser.ts';

test('a trace asks for thumbnails, and for an image only when somebody opens it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-trace-images-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  const app = await openApp(join(folder, 'warehouse'), {make: true});
  onTestFinished(() => app.close());
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  onTestFinished(() => server.close());
  // Noise, so that it cannot be compressed away.
  const noise = {type: 'gaussian', mean: 128, sigma: 40} as const;
  const png = await sharp({create: {width: 800, height: 400, channels: 3, background: 'gray', noise}})
    .png()
    .toBuffer();
  const image = createHash('sha256').update(png).digest('hex');
  await keepImage(app.warehouse.folder, image, png, () => sharp(png).resize(256).webp().toBuffer());
  const sent = await fetch(`${server.address}/v1/inspections`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({
      inspection: 'I1',
      part: 'P1',
      result: 'fail',
      image,
      defects: [{defect: 'scratch', x: 400, y: 100, width: 200, height: 100}],
    }),
  });
  expect(sent.status).toBe(200);

  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const troubles: string[] = [];
  const page = await watchedPage(browser, {address: server.address, troubles});
  const asked: string[] = [];
  page.context().on('request', request => asked.push(new URL(request.url()).pathname));
  await expect
    .poll(async () => (await fetch(`${server.address}/v1/trace/part/P1`)).status, {timeout: 300_000})
    .toBe(200);
  await page.goto(`${server.address}/trace?id=P1&kind=part`);
  await settled(page);
  const picture = page.getByRole('img', {name: 'Inspection I1: scratch'});
  const drawn = (await picture.boundingBox())!;
  await page.locator('.picture rect').last().waitFor();
  const box = (await page.locator('.picture rect').last().boundingBox())!;
  const shares = [(box.x - drawn.x) / drawn.width, (box.y - drawn.y) / drawn.height, box.width / drawn.width];
  // Of the image's 800 x 400 pixels; a line's width aside.
  for (const [k, share] of [0.5, 0.25, 0.25].entries()) expect(Math.abs(shares[k] - share)).toBeLessThan(0.02);
  const images = () => asked.filter(path => path.startsWith('/v1/images/'));
  expect(images()).toEqual([`/v1/images/${image}/thumbnail`]);
  const opened = page.context().waitForEvent('page');
  await picture.click();
  await (await opened).waitForLoadState();
  expect(images()).toContain(`/v1/images/${image}`);
  expect(troubles).toEqual([]);
});
