// Charts in a real browser under the content security policy that the pages are served with; figures worked out by hand.

import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import chromium from '@sparticuz/chromium';
import {type Browser, type Page, chromium as playwright} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Change, LevelRate, ParetoAnswer} from '../../api/schemas.ts';
import {paretoBars, paretoHeadline} from '../../dashboards/charts/pareto.ts';
import {comparedHeadline, ratioText, verdictText} from '../../dashboards/charts/pareto-compared.ts';
import {levelsShown} from '../../dashboards/charts/rate-by-level.ts';
import {textWidth} from '../../dashboards/charts/text-width.ts';
import {bundledCharts} from './bundled-charts.ts';
import {chartAnswer} from './chart-answer.ts';
import {bar, goldenAnswers, legible} from './golden.ts';

const FONT = fileURLToPath(
  new URL('../../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2', import.meta.url),
);

// 100 defects: 30 + 20 + 10 named, and 40 in 5 other codes, more than any named one.
const answer: Pick<ParetoAnswer, 'bars' | 'other' | 'weight'> = {
  weight: 'count',
  bars: [bar('scratch', 30, 30), bar('void', 20, 50), bar('a/b "c"', 10, 60)],
  other: {...bar('other', 40, 100), keys: 5},
};
const rate = (level: string, value: number): LevelRate => ({
  level,
  parts: 100,
  defective: 1,
  lots: 3,
  rate: value,
  low: value,
  high: value,
});

describe('what is drawn', () => {
  test('"Other" is last even when it is the largest, and leads nowhere', () => {
    const bars = paretoBars(answer);
    expect(bars.map(({name}) => name)).toEqual(['scratch', 'void', 'a/b "c"', 'Other (5)']);
    expect(bars.at(-1)).toMatchObject({key: null, cumulative: 1});
  });

  test('the headline says the finding', () => {
    expect(paretoHeadline(paretoBars(answer))).toBe('scratch is 30\u00a0%');
    const two = [bar('a', 70, 70), bar('b', 15, 85), bar('c', 15, 100)];
    expect(paretoHeadline(paretoBars({bars: two, other: null}))).toBe(
      'a is 70\u00a0%; the first 2 of 3 make 85\u00a0%',
    );
    expect(paretoHeadline([])).toBe(null);
  });

  test('of many levels the accused one is always shown', () => {
    const levels = [rate('a', 0.1), rate('b', 0.4), rate('c', 0.3), rate('accused', 0.01)];
    expect(levelsShown(levels, {accused: 'accused', most: 3, ranges: false}).map(({level}) => level)).toEqual([
      'b',
      'c',
      'accused',
    ]);
    expect(levelsShown(levels, {accused: null, most: 9, ranges: false}).map(({level}) => level)).toEqual([
      'b',
      'c',
      'a',
      'accused',
    ]);
  });
});

describe('two sides beside each other', () => {
  const side = {parts: 100, defective: 1, lots: 5, ppm: 1, standardised: 1, low: 0, high: 2};
  const change: Change = {
    key: 'scratch',
    now: side,
    against: side,
    difference: null,
    ratio: {value: 0.55, low: 0.39, high: 0.76},
    level: 0.95,
    p: 0.001,
    q: 0.002,
    verdict: 'better',
    words: 'better',
    lotsNeeded: 12,
  };

  test('the verdict is a shape and words; what is missing has a number', () => {
    expect(comparedHeadline({overall: change, unit: 'lot'})).toBe('▼ Better: 0.55× [0.39, 0.76]');
    const little = {...change, verdict: 'too-little-data' as const, p: 0.4};
    expect(verdictText(little, 'lot')).toBe('◌ too little data, ≈ 12 lots needed');
    expect(verdictText({...little, lotsNeeded: null}, 'lot')).toBe('◌ too little data');
    const among = {...change, verdict: 'no-evidence' as const, p: 0.03, q: 0.12};
    expect(verdictText(among, 'lot')).toBe('· no evidence among so many bars');
  });

  test('a ratio without an upper bound says where it begins', () => {
    expect(ratioText({...change, ratio: {value: null, low: 4.21, high: null}})).toBe('above 4.2×');
    expect(ratioText({...change, ratio: null})).toBe('');
  });
});

test('ranges of a number keep their order and are all shown', () => {
  const levels = [rate('1 to 2', 0.1), rate('2 to 3', 0.4), rate('3 to 4', 0.3)];
  const shown = levelsShown(levels, {accused: null, most: 2, ranges: true});
  expect(shown.map(({level}) => level)).toEqual(['1 to 2', '2 to 3', '3 to 4']);
});

describe('the drawing', () => {
  let browser: Browser;
  let page: Page;
  const refused: string[] = [];

  beforeAll(async () => {
    const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
    browser = await playwright.launch({
      executablePath: installed ?? (await chromium.executablePath()),
      args: ['--no-sandbox', '--disable-background-networking'],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    const script = await bundledCharts();
    await page.route('http://plant/', route =>
      route.fulfill({
        contentType: 'text/html',
        headers: {'content-security-policy': "default-src 'self'"},
        body: '<!doctype html><title>charts</title><link rel="icon" href="/icon.svg"><body><script src="/charts.js"></script></body>',
      }),
    );
    await page.route('http://plant/charts.js', route =>
      route.fulfill({contentType: 'text/javascript; charset=utf-8', body: script}),
    );
    await page.route('http://plant/icon.svg', route => route.fulfill({contentType: 'image/svg+xml', body: '<svg/>'}));
    await page.route('http://plant/inter.woff2', route => route.fulfill({contentType: 'font/woff2', path: FONT}));
    page.on('console', message => message.type() === 'error' && refused.push(message.text()));
    await page.goto('http://plant/');
  });
  afterAll(() => browser?.close());

  test('Pareto: a bar is a link with a name, the policy refuses nothing', async () => {
    const drawn = await page.evaluate(given => {
      const {pareto} = (window as unknown as {charts: typeof import('../../dashboards/charts/pareto.ts')}).charts;
      document.body.append(
        pareto(given, {width: 900, hrefOf: key => `/investigate?defect=${encodeURIComponent(key)}`}),
      );
      return {
        links: [...document.querySelectorAll('a')].map(
          a => a.getAttribute('href') ?? a.getAttributeNS('http://www.w3.org/1999/xlink', 'href'),
        ),
        widths: [...document.querySelectorAll('g rect')].map(rect => Number(rect.getAttribute('width'))),
        styles: document.querySelectorAll('style').length,
        texts: [...document.querySelectorAll('text')].map(text => text.firstChild?.textContent),
      };
    }, answer);
    expect(drawn.links).toEqual(['scratch', 'void', 'a%2Fb%20%22c%22'].map(key => `/investigate?defect=${key}`));
    expect(drawn.widths).toHaveLength(4);
    expect(drawn.widths[0] / drawn.widths[3]).toBeCloseTo(30 / 40, 6);
    expect(drawn.texts).toEqual(expect.arrayContaining(['scratch', 'Other (5)', '30', '60\u00a0%']));
    expect(drawn.styles).toBe(0);
    expect(refused).toEqual([]);
  });

  test('widths that layouts reckon with are those of the font, and never too small', async () => {
    const texts = [
      'bore.tool = T7',
      'material.housing.supplier = Nordguss',
      '3.1× [2.3, 4.2]',
      '12 tested, no evidence',
      'WWW_iii-099',
    ];
    const measured = await page.evaluate(async given => {
      document.fonts.add(await new FontFace('Inter', 'url(/inter.woff2)', {weight: '100 900'}).load());
      const context = document.createElement('canvas').getContext('2d')!;
      return given.map(text => {
        const widths = [500, 600].map(weight => {
          context.font = `${weight} 12px Inter`;
          return context.measureText(text).width;
        });
        return {medium: widths[0], bold: widths[1]};
      });
    }, texts);
    for (const [index, {medium, bold}] of measured.entries()) {
      expect(textWidth(texts[index], 12) / medium, texts[index]).toBeGreaterThan(0.99);
      expect(textWidth(texts[index], 12) / medium, texts[index]).toBeLessThan(1.12);
      expect(textWidth(texts[index], 12, true) / bold, texts[index]).toBeGreaterThan(0.99);
    }
  });

  test('rate by level: one mark a level, the accused one of another shape', async () => {
    const shapes = await page.evaluate(
      levels => {
        const {rateByLevel} = (window as unknown as {charts: typeof import('../../dashboards/charts/rate-by-level.ts')})
          .charts;
        const drawing = rateByLevel(levels, {width: 400, accused: 'T7', overall: 0.02});
        document.body.replaceChildren(drawing);
        return {
          marks: [...drawing.querySelectorAll('path[transform], circle')].length,
          kinds: new Set([...drawing.querySelectorAll('path[transform]')].map(path => path.getAttribute('d'))).size,
        };
      },
      [rate('T7', 0.05), rate('T1', 0.01), rate('T2', 0.02)],
    );
    expect(shapes).toEqual({marks: 3, kinds: 2});
  });

  test('a numeric outcome has means in its own unit, no shares', async () => {
    const texts = await page.evaluate(
      levels => {
        const {rateByLevel} = (window as unknown as {charts: typeof import('../../dashboards/charts/rate-by-level.ts')})
          .charts;
        const drawing = rateByLevel(levels, {width: 400, accused: 'T7', overall: null, means: true});
        return [...drawing.querySelectorAll('text')].map(text => text.textContent);
      },
      [rate('T7', 1852.309), rate('T1', 1851)].map(level => ({
        ...level,
        low: level.rate - 0.3,
        high: level.rate + 0.3,
      })),
    );
    expect(texts).toEqual(expect.arrayContaining(['1,852.31', '1,851.00']));
    expect(texts.join()).not.toContain('%');
  });

  test('control chart: stages apart, limits stepped, a number at each stretch; thousands of points are few marks', async () => {
    const values = [10, 20, 21, 10, 0, 10, 12, 9];
    const answer = chartAnswer(values, {stages: [5, 3]});
    answer.limits = values.map((_, k) => (k < 5 ? {lcl: 5, ucl: 15} : {lcl: null, ucl: 16 + (k % 2)}));
    answer.stages[1].baseline.frozen = {
      id: 'b1',
      version: 2,
      validFrom: '2026-05-14T11:00:00Z',
      reason: 'new tool',
      by: 'Ada',
      at: '2026-05-15T00:00:00Z',
    };
    const many = chartAnswer(Array.from({length: 2000}, (_, k) => 10 + (k % 3) + (k % 500 === 0 ? 9 : 0)));
    const drawn = await page.evaluate(
      ([few, lots]) => {
        const {controlChart} = (
          window as unknown as {charts: typeof import('../../dashboards/charts/control-chart.ts')}
        ).charts;
        const drawing = controlChart(few, {width: 900, timeZone: 'UTC'});
        document.body.replaceChildren(drawing);
        const lines = [...drawing.querySelectorAll('path[stroke-dasharray], g[stroke-dasharray] path')];
        const large = controlChart(lots, {width: 900, timeZone: 'UTC'});
        return {
          name: drawing.getAttribute('aria-label'),
          texts: [...drawing.querySelectorAll('text')].map(text => text.firstChild?.textContent),
          round: drawing.querySelectorAll('circle').length,
          diamonds: drawing.querySelectorAll('path[transform]').length,
          // One piece a stage, and none where there is no lower limit.
          limits: lines.map(line => line.getAttribute('d')).filter(Boolean).length,
          marks: large.querySelectorAll('circle, path[transform]').length,
          styles: document.querySelectorAll('style').length,
        };
      },
      [answer, many] as const,
    );
    expect(drawn.name).toBe('Means by lot: 3 of 8 points break a rule');
    expect(drawn.texts).toEqual(
      expect.arrayContaining(['1', '2', 'stage 1', 'version 2 · Ada: new tool', '14 May', 'UCL 17.0', 'centre 10.0']),
    );
    expect(drawn).toMatchObject({round: 5, diamonds: 3, limits: 3, marks: 4, styles: 0});
    expect(refused).toEqual([]);
  });

  // What they look like; a change is looked at in a browser before the new drawing is kept (vitest -u).
  test.each(Object.keys(goldenAnswers) as (keyof typeof goldenAnswers)[])('%s is drawn as it was', async name => {
    const drawn = await page.evaluate(
      ([chart, given, options]) => {
        const {charts} = window as unknown as {charts: Record<string, (answer: unknown, how: object) => Element>};
        return charts[chart](given, {...options, hrefOf: (key: string) => `/to/${key}`}).outerHTML;
      },
      [name.split(' ')[0], ...goldenAnswers[name]] as const,
    );
    await expect(legible(drawn)).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.svg`);
  });
});
