-- One row per part: what it is, the inspection that judges it, where it was inspected at all, whether it ever failed, and
-- when it was made.
with named as (
  select item as part, id from fact.items
  where kind = 'part' and batch <= coalesce(getvariable('as_of')::integer, 2147483647)
), started as (
  -- Of the others it is known when they were made.
  select o.part, min(o.started_at) as first_start
  from now.operations o
  anti join (select part from now.parts where made_at is not null) m on m.part = o.part
  where o.part is not null
  group by o.part
), seen as (
  select
    i.part,
    coalesce(i.step, s.step, '') as step,
    i.result = 'fail' and i.verification is distinct from 'rejected' as fails
  from now.inspections i
  left join now.stations s on s.station = i.station
  where i.result in ('pass', 'fail')
), ends as (
  select part, min(step) as first_name, max(step) as last_name, bool_or(fails) as troubled from seen group by part
), steps as (
  -- Most parts come to one step: they need no list to be put in order.
  select part, to_json([first_name])::varchar as steps, troubled from ends where first_name = last_name
  union all
  select part, to_json(list(distinct step order by step))::varchar, bool_or(fails)
  from seen
  where part in (select part from ends where first_name <> last_name)
  group by part
)
select
  n.part,
  n.id,
  p.product,
  p.work_order,
  p.lot,
  l.id as lot_id,
  f.inspection,
  f.inspected_at,
  f.station as inspection_station,
  f.inspector,
  f.failed,
  t.steps,
  t.troubled,
  coalesce(p.made_at, s.first_start, f.inspected_at) as made_at
from named n
left join now.parts p on p.part = n.part
left join fact.items l on l.item = p.lot and l.kind = 'lot'
left join now.first_inspections f on f.part = n.part
left join steps t on t.part = n.part
left join started s on s.part = n.part
