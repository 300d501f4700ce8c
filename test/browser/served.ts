/** A warehouse behind a server and a page of it in a browser: what tests of pages begin and end with. */
import {rmSync} from 'node:fs';
import type {Browser, Page} from 'playwright-core';
import type {App} from '../../api/app.ts';
import {type Server, serve} from '../../api/server.ts';
import {buildDashboards} from '../../dashboards/build.ts';
import {openBrowser, watchedPage} from './browser.ts';

/** @param troubles collects what goes wrong in the page, and what it asks of others */
export async function browsed(app: App, troubles: string[]): Promise<{server: Server; browser: Browser; page: Page}> {
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: await buildDashboards()});
  const browser = await openBrowser();
  const page = await watchedPage(browser, {address: server.address, troubles});
  return {server, browser, page};
}

/** Also what was begun only in part. @param folder of the warehouse and of what it was made from */
export async function leave(folder: string, begun: {app?: App; server?: Server; browser?: Browser}): Promise<void> {
  await begun.browser?.close();
  await begun.server?.close();
  await begun.app?.close();
  rmSync(folder, {recursive: true, force: true});
}
