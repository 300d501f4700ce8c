-- One row per step, in the order in which parts come to it (by a sample of parts): its stations.
with sample as (
  select p.part from now.parts p join fact.items i on i.item = p.part order by i.id desc limit 2000
), since_first as (
  select o.step, epoch(o.started_at) - min(epoch(o.started_at)) over (partition by o.part) as since_s
  from now.operations o semi join sample s on s.part = o.part
  where o.started_at is not null
), placed as (
  select step, median(since_s) as middle_s from since_first group by step
), known as (
  select distinct step, station from now.operations
  union
  select step, station from now.stations where step is not null
  union
  select step, station from now.inspections where step is not null
)
select k.step, coalesce(list(k.station order by k.station) filter (k.station is not null), []) as stations
from known k left join placed p on p.step = k.step
group by k.step, p.middle_s
order by p.middle_s nulls last, k.step
