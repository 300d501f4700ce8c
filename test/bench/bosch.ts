/**
 * A plant as large as the one of Bosch's public data set: 1,183,747 parts, 968 numeric parameters on 52 steps, 223 million
 * values present. One wide Parquet file a step holds the parts that went through it; one CSV file holds a slice of the
 * parts with all 968 columns, four in five cells empty. The load runs in a process of its own, whose memory is told.
 */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {Session} from '../../warehouse/duckdb.ts';
import {bytesIn, inFolder, round, type Table} from './measure.ts';
import {withMaker, writeFile} from './plant-files.ts';

const PARTS = 1_183_747;
const PARAMETERS = 968;
const STEPS = 52;
/** Share of the parts that go through a step, so that 223 million values are present. */
const VISITING = 223e6 / (PARTS * PARAMETERS);
const SLICE = 0.02;

/** What the process that loads says. */
export interface Loaded {
  seconds: number;
  stepSeconds: number;
  sliceSeconds: number;
  values: number;
  peakBytes: number;
  memoryLimitBytes: number;
  steps: Record<string, number>;
}

export async function bosch(scale: number): Promise<Table[]> {
  const parts = Math.round(PARTS * scale);
  return inFolder(async folder => {
    const files = await withMaker(folder, maker => writeAll(maker, folder, parts));
    const sent = files.reduce((sum, file) => sum + bytesIn(file), 0);
    const script = new URL('./bosch-load.ts', import.meta.url).pathname;
    const into = join(folder, 'warehouse');
    const {stdout} = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, into, ...files]);
    const loaded = JSON.parse(stdout) as Loaded;
    const gigabytes = (bytes: number) => round(bytes / 1e9, 2);
    return [
      {
        title: `A plant like Bosch's: ${parts} parts, ${PARAMETERS} parameters on ${STEPS} steps, ${round(loaded.values / 1e6, 1)} million values`,
        head: ['what', 'figure'],
        rows: [
          ['files sent, GB', gigabytes(sent)],
          ['parts and 52 steps (Parquet) loaded, s', round(loaded.stepSeconds, 1)],
          ['slice of 968 columns (CSV) loaded, s', round(loaded.sliceSeconds, 1)],
          ...Object.entries(loaded.steps).map(([step, ms]) => [`of it ${step}, s`, round(ms / 1000, 1)]),
          ['database, GB', gigabytes(bytesIn(join(into, 'warehouse.duckdb')))],
          ['archive: raw bytes, GB', gigabytes(bytesIn(join(into, 'archive', 'raw')))],
          ['archive: accepted rows, GB', gigabytes(bytesIn(join(into, 'archive', 'batches')))],
          ['most memory of the process, GB', gigabytes(loaded.peakBytes)],
          ['memory limit of the database, GB', gigabytes(loaded.memoryLimitBytes)],
        ],
      },
    ];
  });
}

async function writeAll(maker: Session, folder: string, parts: number): Promise<string[]> {
  const id = "'P' || lpad(i::varchar, 9, '0') as part";
  const value = 'round(random() * 10, 4)';
  const files = [
    await writeFile(
      maker,
      folder,
      'parts.parquet',
      `select ${id}, 'HX' as product, 'L' || (i // 500) as lot from range(${parts}) t(i)`,
    ),
  ];
  for (let step = 0; step < STEPS; step++) {
    const parameters = Array.from({length: PARAMETERS}, (_, p) => p).filter(p => p % STEPS === step);
    const values = parameters.map(p => `${value} as F${p}`);
    const query = `select ${id}, 'S${step}' as step, ${values.join(', ')} from range(${parts}) t(i)
      where hash(i, ${step}) % 100000 < ${Math.round(VISITING * 100000)}`;
    files.push(await writeFile(maker, folder, `step${step}.parquet`, query));
  }
  const cells = Array.from(
    {length: PARAMETERS},
    (_, p) => `case when random() < ${VISITING} then ${value} end as G${p}`,
  );
  const slice = `select ${id}, ${cells.join(', ')} from range(${Math.round(parts * SLICE)}) t(i)`;
  files.push(await writeFile(maker, folder, 'slice.csv', slice));
  return files;
}
