/** Which run of which step counts for a part, and what stood beside it: the rules of `visits.sql` in SQL that travels. */
import type {Asking} from './company.ts';
import {firstInspections} from './parts.ts';

const RUN = ['step', 'run', 'station', 'tool', 'cavity', 'operator', 'program', 'started_at', 'ended_at'];
const LAST = ['run', 'station', 'tool', 'cavity', 'operator', 'program', 'started_at'];

/**
 * Grain: one row per part and step: the last run that ended before the inspection that judges the part (any run if none
 * does), with `before`, when the step before it ended.
 */
export function visits(asking: Asking): string {
  const own = RUN.map(column => `o.${column} as ${column}`).join(', ');
  const operations = (by: string) => asking.table('operations', by, ...RUN);
  const parts = (by: string) => asking.table('parts', 'part', by);
  const runs = `(
    select o.plant as plant, o.part as part, ${own} from ${operations('part')} o where o.part is not null
    union all
    select o.plant as plant, p.part as part, ${own} from ${operations('lot')} o
      join ${parts('lot')} p on p.plant = o.plant and p.lot = o.lot where o.lot is not null
    union all
    select o.plant as plant, p.part as part, ${own} from ${operations('work_order')} o
      join ${parts('work_order')} p on p.plant = o.plant and p.work_order = o.work_order where o.work_order is not null)`;
  const order = LAST.map((column, k) => `r.${column}${k === 0 ? ' desc' : ''} nulls last`).join(', ');
  const chosen = `(select r.plant as plant, r.part as part, ${RUN.map(c => `r.${c} as ${c}`).join(', ')},
      row_number() over (partition by r.plant, r.part, r.step
        order by coalesce(r.ended_at, r.started_at) desc nulls last, ${order}) as latest
    from ${runs} r left join ${firstInspections(asking)} f on f.plant = r.plant and f.part = r.part
    where f.inspected_at is null or coalesce(r.ended_at, r.started_at) <= f.inspected_at
      or (coalesce(r.ended_at, r.started_at) is null and r.run = 1))`;
  return `(select plant, part, step, run, station, tool, operator, program, started_at, ended_at,
      case when cavity is null or tool is null then cavity else tool || '/' || cavity end as cavity,
      lag(coalesce(ended_at, started_at)) over (partition by plant, part order by started_at nulls last, step) as before
    from ${chosen} c where latest = 1)`;
}

/**
 * Grain: one row per part and step, with the newest time of `events` at or before it (of its plant, and of its station where
 * events have one). What engines call an as-of join, told by a running maximum, since not all have one.
 */
export function newestBefore(
  asking: Asking,
  visited: string,
  events: string,
  {byStation}: {byStation: boolean},
): string {
  const by = byStation ? 'plant, station' : 'plant';
  const columns = ['part', 'step', 'station', 'started_at'];
  const nothing = columns.map(column => `v.${column} as ${column}`).join(', ');
  return `(select plant, part, step, started_at, since from (
    select plant, part, step, started_at, is_event,
      max(case when is_event = 1 then at_time end)
        over (partition by ${by} order by at_time nulls last, is_event desc rows between unbounded preceding and current row) as since
    from (
      select v.plant as plant, ${nothing}, v.started_at as at_time, 0 as is_event from ${visited} v where v.started_at is not null
      union all
      select e.plant as plant, ${asking.nothing('text')} as part, ${asking.nothing('text')} as step,
        ${byStation ? 'e.station' : asking.nothing('text')} as station, ${asking.nothing('time')} as started_at,
        e.at_time as at_time, 1 as is_event from ${events} e) u) w where is_event = 0)`;
}
