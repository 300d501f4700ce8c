/** Keeps the house in order. What is not tested here is not a rule. */
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {describe, expect, test} from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(f => f !== '' && existsSync(join(root, f)));
const sources = files.filter(f => /\.(ts|tsx|js|py|sql|css)$/.test(f));
const text = (file: string) => readFileSync(join(root, file), 'utf8');

test('the top level holds the folders that it should, and what tools insist on', () => {
  const folders = ['ingest', 'inference', 'warehouse', 'api', 'notebooks', 'dashboards', 'test'];
  const insisted = ['package.json', 'package-lock.json', 'README.md', 'LICENSE', 'tsconfig.json', 'biome.json'];
  const hidden = ['.ci', '.gitignore', '.npmrc', '.oxlintrc.json'];
  const found = [...new Set(files.map(f => f.split('/')[0]))];
  expect(found.filter(f => ![...folders, ...insisted, ...hidden].includes(f))).toEqual([]);
});

test('no hand-written file is longer than 400 lines', () => {
  const long = sources.map(f => [f, text(f).split('\n').length] as const).filter(([, lines]) => lines > 401);
  expect(long).toEqual([]);
});

test('what loops of the statistics add up is declared one by one: out of an array literal numbers stay boxed, at several times the cost', () => {
  const kernels = sources.filter(f => /^warehouse\/(screening|statistics)\//.test(f));
  expect(kernels.filter(f => /^\s*let \[[^\]]*\] = \[.*\];$/m.test(text(f)))).toEqual([]);
});

describe('imports point one way', () => {
  // What each folder may import from, besides itself.
  const allowed: Record<string, string[]> = {
    'warehouse/statistics': [],
    warehouse: [],
    ingest: ['warehouse'],
    inference: ['warehouse', 'ingest'],
    api: ['warehouse', 'ingest', 'inference', 'dashboards/build.ts', 'notebooks/build.ts'],
    dashboards: ['api/schemas.ts'],
    notebooks: [
      'dashboards/charts',
      'dashboards/format.ts',
      'dashboards/build-once.ts',
      'api/schemas.ts',
      'warehouse/screening',
      'warehouse/statistics',
      'warehouse/variables/variable.ts',
    ],
  };
  const homes = Object.keys(allowed).sort((a, b) => b.length - a.length);
  const homeOf = (file: string) => homes.find(h => file.startsWith(`${h}/`));

  test.each(homes)('%s', home => {
    const wrong = sources
      .filter(f => homeOf(f) === home && /\.(ts|tsx|js)$/.test(f))
      .flatMap(file =>
        [...text(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) => ({
          file,
          to: normalize(join(dirname(file), path)),
        })),
      )
      .filter(({to}) => !to.startsWith(`${home}/`) && !allowed[home].some(a => to === a || to.startsWith(`${a}/`)));
    expect(wrong).toEqual([]);
  });

  test('dashboards take only types from the API', () => {
    const wrong = sources
      .filter(f => f.startsWith('dashboards/'))
      .filter(f => /^import (?!type).*'\.\.\/.*api\/schemas\.ts'/m.test(text(f)));
    expect(wrong).toEqual([]);
  });

  test('only one module opens a database, and only warehouse/ knows DuckDB', () => {
    const code = sources.filter(f => !f.startsWith('test/') && /\.tsx?$/.test(f));
    expect(code.filter(f => /DuckDBInstance\.(create|fromCache)/.test(text(f)))).toEqual(['warehouse/duckdb.ts']);
    expect(code.filter(f => !f.startsWith('warehouse/') && text(f).includes('@duckdb/'))).toEqual([]);
  });
});

test('no test is left alone or left out', () => {
  const tests = files.filter(f => f.startsWith('test/') && f !== 'test/tidy.test.ts' && /\.tsx?$/.test(f));
  expect(tests.filter(f => /\b(test|it|describe)\.(only|todo|skip)\(/.test(text(f)))).toEqual([]);
});

describe('READMEs', () => {
  const readmes = files.filter(f => f.endsWith('README.md'));

  test('every folder has one, of about a screen', () => {
    for (const folder of ['', 'ingest/', 'inference/', 'warehouse/', 'api/', 'notebooks/', 'dashboards/', 'test/']) {
      expect(readmes).toContain(`${folder}README.md`);
    }
  });

  test.each(readmes)('%s: links and scripts exist', readme => {
    const missing = [...text(readme).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, link]) => normalize(join(dirname(readme), link)))
      .filter(link => !existsSync(join(root, link)));
    expect(missing).toEqual([]);
    const scripts = JSON.parse(text('package.json')).scripts as Record<string, string>;
    const unknown = [...text(readme).matchAll(/npm run ([\w:-]+)/g)].map(([, s]) => s).filter(s => !(s in scripts));
    expect(unknown).toEqual([]);
  });
});

test('nothing speaks of the machine it was made on', () => {
  const personal = /\/work\/|\/root\/|\/home\/\w+\/|registry\.npmjs|pypi\.org/;
  const wrong = files.filter(
    f => statSync(join(root, f)).size < 2e6 && f !== 'test/tidy.test.ts' && !/\.(png|onnx)$/.test(f),
  );
  expect(wrong.filter(f => personal.test(text(f)))).toEqual([]);
});
