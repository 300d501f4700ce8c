import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {instantOf, stamp} from './calendar.ts';
import {writeLines} from './file-table.ts';
import {flowTables} from './flow-tables.ts';
import {afterInspection, type History, inspectedAt} from './history.ts';
import {drawSurface, encodePng, type SurfaceKind} from './image.ts';
import {defectLines, inspectionLines} from './inspection-tables.ts';
import {serial} from './lots.ts';
import {masterTables} from './master-tables.ts';
import {measurementTables} from './measurement-tables.ts';
import {defectBit, type Plant} from './plant.ts';
import {hash} from './random.ts';
import {sensorTables} from './sensor-tables.ts';

const PROGRESS_EVERY_IMAGES = 50;

/**
 * Writes what the plant's systems would export: canonical tables as CSV, inspections and their defects as NDJSON, wide
 * measurements in `wide/`, the images of the newest lots in `images/`; beside them `truth.json`, which no plant has.
 * @param onProgress told after each file, counted in files
 */
export async function writePlant(
  folder: string,
  plant: Plant,
  onProgress: (done: number, total: number, what: string) => void = () => {},
): Promise<void> {
  const history = afterInspection(plant);
  const narrow = [...masterTables(plant, history), ...flowTables(plant, history), ...sensorTables(plant, history)];
  const wide = measurementTables(plant, history);
  const pictures = picturesOf(plant, history);
  await mkdir(join(folder, 'wide'), {recursive: true});
  await mkdir(join(folder, 'images'), {recursive: true});
  const total = narrow.length + wide.length + 2 + pictures.length + 1;
  let done = 0;
  const told = (what: string) => onProgress(++done, total, what);

  for (const {name, columns, rows} of narrow) {
    await writeLines(join(folder, `${name}.csv`), columns.join(','), rows);
    told(name);
  }
  for (const {name, columns, rows} of wide) {
    await writeLines(join(folder, 'wide', `${name}.csv`), columns.join(','), rows);
    told(name);
  }
  await writeLines(join(folder, 'inspections.ndjson'), null, inspectionLines(plant, history));
  told('inspections');
  await writeLines(join(folder, 'defects.ndjson'), null, defectLines(plant, history));
  told('defects');
  for (const [k, {file, kind, seed}] of pictures.entries()) {
    await writeFile(join(folder, 'images', file), encodePng(drawSurface({kind, seed})));
    done++;
    if (k % PROGRESS_EVERY_IMAGES === 0) onProgress(done, total, 'images');
  }
  const images = Object.fromEntries(pictures.map(({file, kind}) => [file, kind]));
  await writeFile(join(folder, 'truth.json'), `${JSON.stringify({...plant.truth, images}, null, 1)}\n`);
  told('truth');
}

/** The images that still wait for the inference: one for each part of the newest lots, named as the cells name them. */
function picturesOf(plant: Plant, {uninspectedFrom}: History): {file: string; kind: SurfaceKind; seed: number}[] {
  const {steps, lots, route, partLot, settings} = plant;
  const {step, stations} = steps[steps.length - 1];
  const first = lots[uninspectedFrom]?.first ?? partLot.length;
  return Array.from({length: partLot.length - first}, (_, k) => {
    const part = first + k;
    const station = stations[route.station[steps.length - 1][partLot[part]]];
    const file = `${serial(part)}_${step}_${stamp(instantOf(inspectedAt(plant, part)))}_${station}.png`;
    return {file, kind: visible(plant.defects[part]), seed: hash(settings.seed, `image ${part}`)};
  });
}

/** What a camera can see of a part's defects; a burr or a wrong dimension does not show on the surface. */
function visible(defects: number): SurfaceKind {
  for (const kind of ['scratch', 'void', 'stain'] as const) if (defects & defectBit(kind)) return kind;
  return 'good';
}
