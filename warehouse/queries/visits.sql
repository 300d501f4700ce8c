-- One row per part and step: the last run that ended before the inspection that judges the part (any run if none does).
with runs as (
  select part, step, run, station, tool, cavity, operator, program, started_at, ended_at from now.operations
  where part is not null
  union all
  select p.part, o.step, o.run, o.station, o.tool, o.cavity, o.operator, o.program, o.started_at, o.ended_at
  from now.operations o join now.parts p on p.lot = o.lot
  union all
  select p.part, o.step, o.run, o.station, o.tool, o.cavity, o.operator, o.program, o.started_at, o.ended_at
  from now.operations o join now.parts p on p.work_order = o.work_order
), chosen as (
  select r.*, row_number() over (
    partition by r.part, r.step
    order by coalesce(r.ended_at, r.started_at) desc nulls last, r.run desc, r.station, r.tool, r.cavity, r.operator, r.program
  ) as latest
  from runs r left join now.first_inspections f on f.part = r.part
  where f.inspected_at is null
    or coalesce(r.ended_at, r.started_at) <= f.inspected_at
    or (coalesce(r.ended_at, r.started_at) is null and r.run = 1)
), visits as (
  select *, lag(coalesce(ended_at, started_at)) over (partition by part order by started_at nulls last, step) as before
  from chosen where latest = 1
), dated as (
  -- The last event of a kind at the station before the part came.
  select v.part, v.step, e.kind, max(e.at) as at
  from visits v join now.events e on e.station = v.station and e.at <= v.started_at
  where e.kind in ('changeover', 'maintenance') group by all
)
select
  v.part,
  v.step,
  v.run,
  v.station,
  v.tool,
  case when v.cavity is null or v.tool is null then v.cavity else v.tool || '/' || v.cavity end as cavity,
  v.operator,
  v.program,
  v.started_at,
  v.ended_at,
  s.shift,
  s.crew,
  s.starts_at as shift_starts_at,
  epoch(v.started_at) - epoch(v.before) as queue_s,
  epoch(v.started_at) - epoch(c.at) as since_changeover_s,
  epoch(v.started_at) - epoch(m.at) as since_maintenance_s
from visits v
left join now.shifts s on v.started_at >= s.starts_at and v.started_at < s.ends_at
left join dated c on c.part = v.part and c.step = v.step and c.kind = 'changeover'
left join dated m on m.part = v.part and m.step = v.step and m.kind = 'maintenance'
qualify row_number() over (partition by v.part, v.step order by s.starts_at desc nulls last, s.shift) = 1
