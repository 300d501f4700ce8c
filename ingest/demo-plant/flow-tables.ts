import {crewAt, instantOf, iso} from './calendar.ts';
import {csv, type Table} from './file-table.ts';
import {type History, operatorCode} from './history.ts';
import {serial} from './lots.ts';
import {materialTables} from './material-tables.ts';
import type {Plant} from './model.ts';
import {random} from './random.ts';
import {startOf} from './routing.ts';

/** What moved and what was done: lots, genealogy, movements, and every part's runs through the steps. */
export function flowTables(plant: Plant, history: History): Table[] {
  const operations = [
    'part',
    'step',
    'run',
    'station',
    'tool',
    'cavity',
    'operator',
    'program',
    'started_at',
    'ended_at',
  ];
  return [...materialTables(plant, history), {name: 'operations', columns: operations, rows: runs(plant, history)}];
}

function* runs(plant: Plant, {rework, now}: History) {
  const {steps, lots, settings} = plant;
  const gaps = random(settings.seed, 'scanner gaps');
  for (const [s, {durationSeconds}] of steps.slice(0, -1).entries()) {
    for (const [lot, {first, size}] of lots.entries()) {
      for (let position = 0; position < size; position++) {
        const begin = startOf(steps, plant.route, s, lot, position);
        if (gaps.uniform() >= settings.missingOperations)
          yield run(plant, s, lot, first + position, 1, begin, durationSeconds);
      }
    }
  }
  for (const {part, step, begin} of rework) {
    if (begin < now) yield run(plant, step, plant.partLot[part], part, 2, begin, 2 * steps[step].durationSeconds);
  }
}

function run(plant: Plant, s: number, lot: number, part: number, run: number, begin: number, seconds: number) {
  const {steps, route, settings} = plant;
  const {step, stations, tools, cavities} = steps[s];
  const tool = route.tool[s][lot];
  const started = instantOf(begin);
  return csv(
    serial(part),
    step,
    run,
    // Rework is done on one machine that is kept for it.
    run === 1 ? stations[route.station[s][lot]] : stations[stations.length - 1],
    tool < 0 || run > 1 ? '' : tools[tool],
    cavities > 0 ? plant.partCavity[part] + 1 : '',
    operatorCode(settings.seed, crewAt(begin), s, lot),
    program(plant, s, lot),
    iso(started),
    iso(started + seconds),
  );
}

/** Programs belong to products; that of the mill was revised once. */
function program({steps, lots, products}: Plant, s: number, lot: number): string {
  const revised = steps[s].step === 'mill' && lot > 0.35 * lots.length;
  return `${steps[s].step}-${products[lots[lot].product].product}-${revised ? 'v2' : 'v1'}`;
}
