/** What is shipped may be shipped, and says under what licence. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {asText, noticesOf, shippedPackages} from '../../api/deploy/notices.ts';
import {buildDashboards} from '../../dashboards/build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const notices = noticesOf(root, shippedPackages(root));

/** Licences that ask for no more than to be told along; of LGPL the library is a file of its own, which anybody may exchange. */
const FINE =
  'MIT, MIT-0, ISC, 0BSD, BSD-2-Clause, BSD-3-Clause, Apache-2.0, Unlicense, BlueOak-1.0.0, OFL-1.1, MPL-2.0, Python-2.0, CC0-1.0, (MIT OR CC0-1.0), LGPL-3.0-or-later'.split(
    ', ',
  );

test('every package that is shipped is under a licence that allows it', () => {
  const odd = notices.filter(({licence, texts}) => (licence === null ? texts.length === 0 : !FINE.includes(licence)));
  expect(odd.map(({name, licence}) => `${name}: ${licence}`)).toEqual([]);
  expect(notices.filter(({licence}) => licence === 'LGPL-3.0-or-later').map(({name}) => name)).toEqual([
    expect.stringMatching(/^@img\/sharp-libvips-/),
  ]);
});

test('the notices name every package and hold every text, each once', () => {
  const text = asText(notices);
  for (const {name, version} of notices) expect(text).toContain(`${name} ${version}: `);
  const zod = notices.find(({name}) => name === 'zod');
  expect(zod?.licence).toBe('MIT');
  expect(zod?.texts[0].text).toContain('Colin McDonnell');
  expect(text.split(zod?.texts[0].text ?? 'none')).toHaveLength(2);
  // Its package has the library and no text.
  expect(text).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
});

test('browsers are sent the licences of what is in the dashboards', async () => {
  const path = join(await buildDashboards(), 'licences.md');
  expect(existsSync(path)).toBe(true);
  const text = readFileSync(path, 'utf8');
  for (const library of ['react', '@observablehq/plot', 'd3-scale']) expect(text).toContain(`## ${library} - `);
});
