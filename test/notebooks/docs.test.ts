/** Every fenced block of the page about Python, R, DuckDB and JavaScript runs as it stands there, on a plant counted by hand. */
import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {describe, expect, test} from 'vitest';
import {serve} from '../../api/server.ts';
import {publish} from '../../warehouse/publish/publish.ts';
import {servedPlant, temporaryFolder} from '../api/plant.ts';
import {CLIENT, findPython} from '../peers/python.ts';

const run = promisify(execFile);

interface Block {
  line: number;
  language: string;
  /** What its first line says that it is about: pandas, polars, DuckDB. */
  about: string | null;
  text: string;
}

const page = readFileSync(join(CLIENT, 'README.md'), 'utf8');
const blocks: Block[] = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({index, 1: language, 2: text}) => ({
  line: page.slice(0, index).split('\n').length,
  language,
  about: /^# (pandas|polars|DuckDB)/.exec(text)?.[1] ?? null,
  text,
}));
const withKey = blocks.filter(({text}) => text.includes('FISHBONE_TOKEN'));

const found = await findPython();
const python = 'missing' in found ? null : found;
const hasR = await run('Rscript', ['-e', 'library(arrow); library(dplyr); library(jsonlite)']).then(
  () => true,
  () => false,
);
const packages: Record<string, string[]> = {pandas: ['pandas'], polars: ['polars'], DuckDB: ['duckdb', 'pandas']};

async function whyNot({language, about, text}: Block): Promise<string | null> {
  if (language === 'js') return null;
  if (language === 'r') return hasR ? null : 'there is no Rscript with arrow, dplyr and jsonlite';
  if (!python) return `there is ${(found as {missing: string}).missing}`;
  const needed = [...(about ? packages[about] : ['pandas', 'polars']), ...(loadsHttpfs(text) ? [HTTPFS] : [])];
  return (await python.has(...needed)) ? null : `that Python lacks one of ${needed.join(', ')}`;
}

const HTTPFS = 'duckdb_extension_httpfs';
const loadsHttpfs = (text: string) => text.includes("'http://") && text.includes('duckdb.sql');

/** DuckDB looks for httpfs on a host of its own; here it comes out of a package. */
const LOAD_HTTPFS = `
import duckdb, glob, ${HTTPFS} as package
duckdb.load_extension(glob.glob(package.__path__[0] + "/extensions/*/httpfs.duckdb_extension")[0])
`;
const FORMS = ['parquet', 'feather', 'stream', 'csv', 'rows'];

/** Behind a block: how many rows each of its results has, and how many of these are of lot L1. */
const COUNTS: Record<string, string> = {
  python: `
import json as j
print("COUNTED " + j.dumps({form: [len(globals()[form]), sum(str(lot) == "L1" for lot in globals()[form]["lot"])]
  for form in ${JSON.stringify(FORMS)} if form in globals()}))`,
  r: `
forms <- Filter(exists, c(${FORMS.map(form => `"${form}"`).join(', ')}))
counts <- lapply(setNames(forms, forms), function(f) c(nrow(get(f)), sum(get(f)$lot == "L1", na.rm = TRUE)))
cat("COUNTED", jsonlite::toJSON(counts), "\\n")`,
  js: `
const all = {${FORMS.map(form => `${form}: typeof ${form} === 'undefined' ? null : ${form}`).join(', ')}};
const lots = it => typeof it === 'string' ? it.trim().split('\\r\\n').slice(1).map(l => l.split(',')[3]) : [...it].map(r => r.lot);
console.log('COUNTED ' + JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, it]) => it !== null)
  .map(([form, it]) => [form, [lots(it).length, lots(it).filter(lot => lot === 'L1').length]]))));`,
};

async function execute(block: Block, address: string, folder: string, env: Record<string, string>) {
  const text = block.text.replaceAll('http://127.0.0.1:4800', address).replaceAll('/mnt/science', folder);
  const program = `${loadsHttpfs(text) ? LOAD_HTTPFS : ''}${text}${COUNTS[block.language]}`;
  // Within the project, so that JavaScript finds the packages that are installed here.
  const place = join(fileURLToPath(new URL('../../node_modules/.cache/docs/', import.meta.url)), String(block.line));
  mkdirSync(place, {recursive: true});
  const path = join(place, `block.${{python: 'py', r: 'R', js: 'mjs'}[block.language]}`);
  writeFileSync(path, program);
  try {
    if (block.language === 'python') return await python!.run([path], {FISHBONE_URL: address, ...env});
    const how = {cwd: place, env: {...process.env, ...env}};
    return (await run(block.language === 'r' ? 'Rscript' : process.execPath, [path], how)).stdout;
  } finally {
    rmSync(place, {recursive: true, force: true});
  }
}

test('every form of export is shown in each of pandas, polars, DuckDB, R and JavaScript', () => {
  const shown = blocks.filter(({text}) => FORMS.every(form => new RegExp(`^(const )?\\{?${form}\\b`, 'm').test(text)));
  expect(shown.map(({language, about}) => about ?? language)).toEqual(['pandas', 'polars', 'DuckDB', 'r', 'js']);
  for (const {text} of shown)
    expect([...text.matchAll(/parts\.(parquet|arrows?|csv|json)['")]/g)].map(([, form]) => form)).toEqual(
      expect.arrayContaining(['parquet', 'arrow', 'arrows', 'csv', 'json']),
    );
  expect(new Set(blocks.map(({language}) => language))).toEqual(new Set(['python', 'r', 'js']));
});

describe('what stands there runs', () => {
  for (const block of blocks) {
    const name = `line ${block.line}: ${block.about ?? block.language}`;
    test(name, async context => {
      const missing = await whyNot(block);
      if (missing) {
        console.warn(`NOT TESTED: notebooks/python/README.md, ${name}: ${missing}`);
        context.skip();
        return;
      }
      const {app} = await servedPlant();
      const needsKey = withKey.includes(block);
      const {key} = needsKey
        ? await app.keys.create({name: 'science', role: 'engineer', by: 'test'})
        : {key: undefined};
      const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
      const folder = join(temporaryFolder(), 'science');
      if (block.text.includes('/mnt/science')) await publish(app.warehouse, folder, {});
      const out = await execute(block, server.address, folder, key ? {FISHBONE_TOKEN: key} : {});
      const counted = JSON.parse(/COUNTED (.*)/.exec(out)![1]) as Record<string, number[]>;
      // By hand, from plant.ts: 12 parts, of which P1 to P4 are of lot L1.
      for (const [form, counts] of Object.entries(counted)) expect([form, counts]).toEqual([form, [12, 4]]);
      const shown = FORMS.filter(form => new RegExp(`^(const |let )?\\{?${form}\\b`, 'm').test(block.text));
      expect(Object.keys(counted).sort()).toEqual(shown.sort());
      expect(shown.length > 0 || block.text.includes('import fishbone')).toBe(true);
      await server.close();
    });
  }
});
