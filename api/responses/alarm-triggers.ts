import type {Alarm} from '../../warehouse/chart-answers.ts';
import {alarms} from '../../warehouse/charts/alarms.ts';
import {pointName} from '../../warehouse/charts/values.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {idOf} from './fail-triggers.ts';
import type {Trigger} from './judge.ts';
import type {AlarmTrigger} from './settings.ts';

/** What is out of order at one position on the charts with frozen baselines that a rule is about. */
export async function alarmsAt(warehouse: Warehouse, {of, budget}: AlarmTrigger, asOf: number): Promise<Alarm[]> {
  const told = await alarms(warehouse, {asOf, budget});
  return told.alarms.filter(({parameter}) => of === undefined || [of].flat().includes(parameter));
}

/**
 * Alarms that were not there before. One that has grown by a point, or begins elsewhere because the budget is now spread over
 * more tests, is the same event.
 */
export function alarmTriggers(
  {plant, rule}: {plant: string; rule: string},
  before: readonly Alarm[],
  now: readonly Alarm[],
  {batch, cameMs}: {batch: number; cameMs: number},
): Trigger[] {
  const news = now.filter(alarm => !before.some(known => isSame(known, alarm)));
  return news.map(({id, parameter, kind, what, side, subgroup, to, points, first, firstParts, worst}) => {
    const atMs = Math.min(Date.parse(to), cameMs);
    const about = {
      kind: 'alarm',
      text: `alarm of ${parameter} (${kind}): the ${what} is ${side} its baseline since ${firstParts?.first ?? first}, worst ${worst.value} at ${pointName(worst)}`,
      permalink: `/charts/${encodeURIComponent(parameter)}?${new URLSearchParams({kind})}`,
      parameter,
      chart: kind,
      point: worst.x,
      value: worst.value,
      n: points,
      violations: [`${what} ${side}`],
      lot: subgroup === 'lot' ? worst.x : null,
    };
    const keys = {cause: JSON.stringify([parameter, kind, what, side])};
    return {id: idOf(plant, rule, ['alarm', id]), atMs, cameMs, batch, keys, about};
  });
}

/** Of one chart, in the same way, at overlapping times. */
function isSame(a: Alarm, b: Alarm): boolean {
  const chartOf = ({parameter, kind, subgroup, product, where, what, side}: Alarm) =>
    JSON.stringify([parameter, kind, subgroup, product, where, what, side]);
  const overlap = Date.parse(a.from) <= Date.parse(b.to) && Date.parse(b.from) <= Date.parse(a.to);
  return overlap && chartOf(a) === chartOf(b);
}
