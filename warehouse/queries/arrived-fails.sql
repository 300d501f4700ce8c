-- One row per failing inspection and batch that brought it or a defect of it, as things stood at that batch.
with touched as (
  select inspection, batch as arrived from fact.inspections where batch between $from::integer and $to::integer
  union
  select inspection, batch from fact.defects where batch between $from::integer and $to::integer
), failing as (
  select * from (
    select t.arrived, i.*
    from touched t join fact.inspections i on i.inspection = t.inspection and i.batch <= t.arrived
    qualify row_number() over (
      partition by t.inspection, t.arrived order by i.recorded_at desc nulls last, i.batch desc, i.ordinal desc
    ) = 1
  )
  where result = 'fail' and verification is distinct from 'rejected'
), withdrawn as (
  select f.inspection, f.arrived, max(d.recorded_at) as until
  from failing f join fact.defects d on d.inspection = f.inspection and d.batch <= f.arrived and d.defect = '*'
  group by f.inspection, f.arrived
), found as (
  select f.inspection, f.arrived, d.defect, d.severity, d.confidence, d.x, d.y, d.width, d.height, d.view, d.n, d.recorded_at
  from failing f join fact.defects d on d.inspection = f.inspection and d.batch <= f.arrived and d.defect <> '*'
  qualify row_number() over (
    partition by f.inspection, f.arrived, d.defect, d.n
    order by d.recorded_at desc nulls last, d.batch desc, d.ordinal desc
  ) = 1
), told as (
  select d.inspection, d.arrived, to_json(list({
    defect: d.defect, severity: d.severity, confidence: d.confidence,
    x: d.x, y: d.y, width: d.width, height: d.height, view: d.view
  } order by d.severity desc nulls last, d.defect, d.n))::varchar as defects
  from found d left join withdrawn w on w.inspection = d.inspection and w.arrived = d.arrived
  where w.inspection is null or not coalesce(d.recorded_at < w.until, true)
  group by d.inspection, d.arrived
), described as (
  select f.part, f.arrived, p.product, p.work_order, p.lot
  from (select distinct part, arrived from failing) f join fact.parts p on p.part = f.part and p.batch <= f.arrived
  qualify row_number() over (
    partition by f.part, f.arrived order by p.recorded_at desc nulls last, p.batch desc, p.ordinal desc
  ) = 1
)
select
  f.inspection, f.arrived, i.id as part, d.product, d.work_order, l.id as lot, f.step, f.station,
  f.inspected_at, f.confidence, f.inspector, f.image, coalesce(t.defects, '[]') as defects
from failing f
join fact.items i on i.item = f.part
left join described d on d.part = f.part and d.arrived = f.arrived
left join fact.items l on l.item = d.lot
left join told t on t.inspection = f.inspection and t.arrived = f.arrived
order by f.arrived, f.inspected_at nulls last, f.inspection
