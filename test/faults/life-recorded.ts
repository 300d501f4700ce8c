// One life, with what a power cut would leave at each acknowledgement, and after each fsync where that is asked for.
import {mkdirSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {watch} from './points.ts';
import {DurableDisk} from './power.ts';

const [root, cuts, everywhere] = process.argv.slice(2);
// The warehouse's folder is new: that its name is durable is part of the question.
const folder = join(root, 'W');
const disk = new DurableDisk(root);
let made = 0;

const tell = (line: string) => writeSync(1, `${line}\n`);
function cut(): void {
  made++;
  for (const names of ['lost', 'kept'] as const) disk.cut(join(cuts, `${made}-${names}`), names);
  tell(`cut ${made}`);
}

mkdirSync(cuts, {recursive: true});
watch(point => {
  disk.see(point);
  tell(`point ${point.when} ${point.call} ${point.path.replace(folder, 'W')}`);
  if (everywhere && point.when === 'after' && point.call === 'sync') cut();
});
const {live} = await import('./life.ts');
const {Warehouse} = await import('../../warehouse/store.ts');
const warehouse = await Warehouse.open(folder);
await live(warehouse, line => {
  tell(line);
  cut();
});
await warehouse.close();
