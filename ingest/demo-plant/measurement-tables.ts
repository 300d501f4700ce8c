import {instantOf, iso} from './calendar.ts';
import type {Table} from './file-table.ts';
import type {History} from './history.ts';
import {serial} from './lots.ts';
import type {Plant} from './model.ts';
import {random} from './random.ts';
import {startOf} from './routing.ts';

/** One wide file a step: a row for each run of a part, a column for each parameter. */
export function measurementTables(plant: Plant, history: History): Table[] {
  return plant.steps.slice(0, -1).flatMap(({step}, s) => {
    const own = plant.parameters.map((_, index) => index).filter(index => plant.parameters[index].step === s);
    if (own.length === 0) return [];
    const columns = ['part', 'step', 'run', 'measured_at', ...own.map(index => plant.parameters[index].parameter)];
    return [{name: `measurements.${step}`, columns, rows: rows(plant, history, s, own)}];
  });
}

function* rows(plant: Plant, {rework}: History, s: number, own: number[]) {
  const {steps, route, partLot, partPosition, values, parameters} = plant;
  const {step, durationSeconds} = steps[s];
  const decimals = own.map(index => parameters[index].decimals);
  const columns = own.map(index => values[index]);
  for (let part = 0; part < partLot.length; part++) {
    const ended = startOf(steps, route, s, partLot[part], partPosition[part]) + durationSeconds;
    let line = `${serial(part)},${step},1,${iso(instantOf(ended))}`;
    for (let k = 0; k < columns.length; k++) line += `,${cell(columns[k][part], decimals[k])}`;
    yield line;
  }
  const draw = random(plant.settings.seed, `rework ${step}`);
  for (const {part, begin} of rework.filter(each => each.step === s)) {
    let line = `${serial(part)},${step},2,${iso(instantOf(begin) + 2 * durationSeconds)}`;
    for (const [k, index] of own.entries()) {
      line += `,${cell(columns[k][part] + 0.5 * parameters[index].spread * draw.normal(), decimals[k])}`;
    }
    yield line;
  }
}

function cell(value: number, decimals: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(decimals);
}
