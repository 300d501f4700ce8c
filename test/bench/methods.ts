/**
 * Screening methods of the plant beside ours, on small plants with known truth. `fishbone bench --what methods` runs it.
 * npx tsx test/bench/methods.ts [--folder W] [--plants 30] [--first 1] [--json]
 * The methods are those that `W/fishbone.json` names under `methods`. One that fails is told and left out; the exit code is
 * then 1.
 */
import {parseArgs} from 'node:util';
import {readConfig, warehouseFolder} from '../../api/config.ts';
import {loadModule, ModuleTrouble} from '../../warehouse/load-module.ts';
import {MethodError, type ScreeningMethod} from '../../warehouse/screening/method.ts';
import {type Compared, compare, SMALL_PLANTS} from '../../warehouse/screening/planted/compare.ts';
import {fishbone, type Method, partCmh, theirs} from '../../warehouse/screening/planted/trial.ts';
import {print, type Table} from './measure.ts';

const {values} = parseArgs({
  options: {
    folder: {type: 'string'},
    plants: {type: 'string', default: '30'},
    first: {type: 'string', default: '1'},
    json: {type: 'boolean', default: false},
  },
});
const range = {plants: Number(values.plants), first: Number(values.first)};
const folder = warehouseFolder(values.folder);
const {methods: paths} = await readConfig(folder);
const methods: Record<string, Method> = {Fishbone: fishbone, 'part by part': partCmh};
const wrong: string[] = [];

for (const [name, path] of Object.entries(paths)) {
  if (name in methods) {
    wrong.push(`the method ${name} bears a name that is taken: choose another`);
    continue;
  }
  try {
    methods[name] = theirs(name, asMethod((await loadModule(folder, path)).exported));
  } catch (error) {
    if (!(error instanceof ModuleTrouble || error instanceof MethodError)) throw error;
    wrong.push(`the method ${name} cannot be used: ${error.message}`);
  }
}

const tables: (Table & {compared: Compared[]})[] = [];
for (const [kind, options] of Object.entries(SMALL_PLANTS)) {
  const compared: Compared[] = [];
  for (const [name, method] of Object.entries(methods)) {
    try {
      compared.push(...[...compare(options, {[name]: method}, range)].at(-1)!);
    } catch (error) {
      if (!(error instanceof MethodError)) throw error;
      wrong.push(`${error.message} (${kind})`);
      delete methods[name];
    }
  }
  const head = ['method', 'plants', 'cause claimed', 'ranked first', 'plants with a false claim', 'risk ratio, median'];
  const rows = compared.map(({method, plants, claimed, first, anyFalse, effect}) => [
    method,
    plants,
    claimed ?? '',
    first ?? '',
    anyFalse,
    effect?.toFixed(1) ?? '',
  ]);
  tables.push({title: kind, head, rows, compared});
}

if (values.json) {
  const plants = tables.map(({title, compared}) => ({planted: title, compared}));
  console.log(JSON.stringify({...range, tables: plants, wrong}));
} else {
  for (const table of tables) print(table);
  if (Object.keys(paths).length === 0) console.log(`\n${folder}/fishbone.json names no methods.`);
}
for (const sentence of wrong) console.error(sentence);
process.exitCode = wrong.length > 0 ? 1 : 0;

function asMethod(exported: unknown): ScreeningMethod {
  const method = exported as Partial<ScreeningMethod>;
  if (typeof method.screen !== 'function') throw new MethodError('its module exports no function screen');
  return method as ScreeningMethod;
}
