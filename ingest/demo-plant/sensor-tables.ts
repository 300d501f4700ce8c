import {instantOf, iso, WEEK_WORK_SECONDS} from './calendar.ts';
import {csv, type Table} from './file-table.ts';
import type {History} from './history.ts';
import {SENSORS} from './master-tables.ts';
import type {Plant} from './model.ts';
import {random} from './random.ts';

const READ_EVERY_SECONDS = 300;
const ALARMS = [
  'door opened',
  'low coolant',
  'vibration high',
  'axis following error',
  'filter due',
  'air pressure low',
];

/** What stations say of themselves: what happened to them, and what their sensors read. */
export function sensorTables(plant: Plant, history: History): Table[] {
  return [
    {name: 'events', columns: ['station', 'at', 'kind', 'text'], rows: events(plant, history)},
    {name: 'readings', columns: ['station', 'parameter', 'at', 'value'], rows: readings(plant, history)},
  ];
}

function* events(plant: Plant, {now}: History) {
  for (const [s, {stations}] of plant.steps.entries()) {
    for (const [k, station] of stations.entries()) {
      yield* changeovers(plant, s, k);
      const draw = random(plant.settings.seed, `events ${station}`);
      for (let at = draw.between(1, 9) * 86400; at < now; at += draw.between(6, 11) * 86400) {
        yield csv(station, iso(instantOf(at)), 'maintenance', 'planned service');
      }
      for (let at = 0; ; ) {
        at += 60 - 3 * 86400 * Math.log(1 - draw.uniform());
        if (at > now) break;
        yield csv(station, iso(instantOf(at)), 'alarm', draw.pick(ALARMS));
      }
    }
  }
}

/** A changeover between two lots of a station that used different tools. */
function* changeovers({steps, lots, route}: Plant, s: number, k: number) {
  const {stations, tools} = steps[s];
  if (tools.length === 0) return;
  let mounted = -1;
  const used = new Set<number>();
  for (let lot = 0; lot < lots.length; lot++) {
    const tool = route.tool[s][lot];
    if (route.station[s][lot] !== k || tool === mounted) continue;
    const text = `tool ${tools[tool]} mounted${used.has(tool) ? '' : ' for the first time here'}`;
    if (mounted >= 0) yield csv(stations[k], iso(instantOf(route.begin[s][lot] - 600)), 'changeover', text);
    mounted = tool;
    used.add(tool);
  }
}

function* readings({settings, steps}: Plant, {now}: History) {
  for (const sensor of SENSORS) {
    const {stations} = steps.find(({step}) => step === sensor.step)!;
    for (const station of stations.slice(0, sensor.stations)) {
      const draw = random(settings.seed, `readings ${station}`);
      const end = instantOf(now);
      let slow = 0;
      let level: number = sensor.idle;
      for (let at = instantOf(0), week = 0; at < end; at += READ_EVERY_SECONDS) {
        while (at >= instantOf((week + 1) * WEEK_WORK_SECONDS)) week++;
        const running = at - instantOf(week * WEEK_WORK_SECONDS) < WEEK_WORK_SECONDS;
        // It warms up on Monday and cools down over the weekend.
        level += ((running ? sensor.running : sensor.idle) - level) * (running ? 0.4 : 0.02);
        slow = 0.98 * slow + 0.2 * draw.normal();
        const value = level + sensor.spread * (0.7 * slow + 0.5 * draw.normal());
        // A gateway loses a reading now and then.
        if (draw.uniform() > 0.004) yield csv(station, sensor.parameter, iso(at), value.toFixed(2));
      }
    }
  }
}
