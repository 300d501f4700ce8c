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
    order by coalesce(r.ended_at, r.started_at) desc nulls last, r.run desc, r.station, r.tool, r.cavity, r.operator, r.program,
      r.started_at
  ) as latest
  from runs r left join now.first_inspections f on f.part = r.part
  where f.inspected_at is null
    or coalesce(r.ended_at, r.started_at) <= f.inspected_at
    or (coalesce(r.ended_at, r.started_at) is null and r.run = 1)
), visits as (
  select *, lag(coalesce(ended_at, started_at)) over (partition by part order by started_at nulls last, step) as before
  from chosen where latest = 1
), changeovers as (
  select distinct station, "at" from now.events where kind = 'changeover'
), maintenances as (
  select distinct station, "at" from now.events where kind = 'maintenance'
), calendar as (
  select starts_at, max(ends_at) as ends_at, min(shift) as shift, min(crew) as crew from now.shifts group by starts_at
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
  case when v.started_at < s.ends_at then s.shift end as shift,
  case when v.started_at < s.ends_at then s.crew end as crew,
  epoch(v.started_at) - epoch(v.before) as queue_s,
  epoch(v.started_at) - epoch(c.at) as since_changeover_s,
  epoch(v.started_at) - epoch(m.at) as since_maintenance_s
from visits v
asof left join calendar s on s.starts_at <= v.started_at
asof left join changeovers c on c.station = v.station and c.at <= v.started_at
asof left join maintenances m on m.station = v.station and m.at <= v.started_at
-- Whoever asks for one step need not look at the others.
order by v.step, v.part
