// One life that kills itself, by a real signal, at a point whose number is given; 0: lives on and tells all its points.
import {writeSync} from 'node:fs';
import {watch} from './points.ts';

const [folder, deadly] = process.argv.slice(2);
const points: string[] = [];
watch(({when, call, path}) => {
  points.push(`${when} ${call} ${path.replace(folder, 'W')}`);
  if (points.length === Number(deadly) || points.at(-1) === deadly) process.kill(process.pid, 'SIGKILL');
});
const {live} = await import('./life.ts');
const {Warehouse} = await import('../../warehouse/store.ts');
const warehouse = await Warehouse.open(folder);
await live(warehouse, line => writeSync(1, `${line}\n`));
await warehouse.close();
if (deadly === '0') for (const point of points) writeSync(1, `point ${point}\n`);
