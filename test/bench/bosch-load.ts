/** Loads files into a warehouse, and says on stdout what it took. Arguments: the warehouse's folder, then the files. */
import {subscribe} from 'node:diagnostics_channel';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import type {Loaded} from './bosch.ts';
import {cost} from './measure.ts';

const [into, ...files] = process.argv.slice(2);
const steps: Record<string, number> = {};
subscribe('fishbone:load', message => {
  const {part, ms} = message as {part: string; ms: number};
  steps[part] = (steps[part] ?? 0) + ms;
});
const warehouse = await Warehouse.open(into);
const seconds: Record<string, number> = {};
for (const file of files) {
  const {ms, result} = await cost(async () => {
    const plan = await planFile(file, file.endsWith('parts.parquet') ? {} : {table: 'measurements', wide: true});
    return warehouse.load(plan, linesOfRecords);
  });
  if (result.status !== 'accepted') throw new Error(`${file} was ${result.status}: ${result.notices.join('; ')}`);
  const kind = file.endsWith('.csv') ? 'slice' : 'steps';
  seconds[kind] = (seconds[kind] ?? 0) + ms / 1000;
}
const [counts] = await warehouse.read(undefined, async session => {
  const columns = await session.rows<{id: number; columns: string}>(
    `select step_table as id, string_agg('count(c' || position || ')', ' + ') as columns from fact.step_columns group by all`,
  );
  const sums = columns.map(c => `(select ${c.columns} from fact.step_${c.id})`);
  return session.rows<{values: number; limit: string}>(
    `select (${sums.join(' + ')})::double as values, current_setting('memory_limit') as limit`,
  );
});
await warehouse.close();
const [, amount, unit] = /([\d.]+) (\w+)/.exec(counts.limit)!;
const loaded: Loaded = {
  seconds: seconds.steps + seconds.slice,
  stepSeconds: seconds.steps,
  sliceSeconds: seconds.slice,
  values: counts.values,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  memoryLimitBytes: Number(amount) * (unit === 'GiB' ? 2 ** 30 : 2 ** 20),
  steps,
};
console.log(JSON.stringify(loaded));
