-- One row per part: what it is, the inspection that judges it, and when it was made.
with named as (
  select item as part, id from fact.items
  where kind = 'part' and batch <= coalesce(getvariable('as_of')::integer, 2147483647)
), started as (
  select part, min(started_at) as first_start from now.operations where part is not null group by part
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
  coalesce(p.made_at, s.first_start, f.inspected_at) as made_at
from named n
left join now.parts p on p.part = n.part
left join fact.items l on l.item = p.lot
left join now.first_inspections f on f.part = n.part
left join started s on s.part = n.part
