/** The browser that tests use: out of npm on Linux x64, elsewhere an installed Chrome or Chromium. */
import {existsSync} from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** How long a page may take on a machine that is busy with something else. No test is about it. */
export const PATIENCE_MS = 300_000;

/** Reaches this machine only: names of other hosts do not resolve. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await executable(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/**
 * A page that writes down what goes wrong on it: errors on its console, and whatever it asks of others than its server.
 * @param address of the server that alone may be asked
 */
export async function watchedPage(
  browser: Browser,
  {address, troubles, ...options}: BrowserContextOptions & {address: string; troubles: string[]},
): Promise<Page> {
  const page = await (await browser.newContext({viewport: {width: 1440, height: 900}, ...options})).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', message => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', error => troubles.push(error.message));
  page.on('request', request => {
    const isOurs = /^(blob:|data:)/.test(request.url()) || request.url().startsWith(address);
    if (!isOurs) troubles.push(`asked for ${request.url()}`);
  });
  return page;
}

async function executable(): Promise<string> {
  if (process.env.FISHBONE_CHROME) return process.env.FISHBONE_CHROME;
  if (process.platform === 'linux' && process.arch === 'x64') return sparticuz.executablePath();
  const found = INSTALLED.find(path => existsSync(path));
  if (!found) throw new Error('no Chrome or Chromium found for the browser tests: name one in FISHBONE_CHROME');
  return found;
}

/** Waits until the page shows its answers. A page that listens for what happens is never done with the network. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const main = document.querySelector('main');
    const waits = main?.querySelector(':scope > p[role="status"], .waiting, [aria-busy="true"]');
    return main !== null && main.textContent !== '' && !waits;
  });
}
