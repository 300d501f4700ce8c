/** The browser that tests use: out of npm on Linux x64, elsewhere an installed Chrome or Chromium. */
import {existsSync} from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import {type Browser, chromium, type Page} from 'playwright-core';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

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
