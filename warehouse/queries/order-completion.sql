-- One row per work order that is asked for: its parts by their first valid inspection, and how many were ordered.
with members as (
  select p.part, p.work_order from now.parts p where p.work_order in (select unnest($orders::varchar[]))
), judged as (
  select part, work_order, failed from (
    select m.part, m.work_order, i.result = 'fail' and i.verification is distinct from 'rejected' as failed,
      row_number() over (partition by m.part order by i.inspected_at nulls last, i.inspection) as place
    from members m join now.inspections i on i.part = m.part
    where i.result in ('pass', 'fail')
  ) where place = 1
)
select
  o.work_order,
  (select count(*) from judged j where j.work_order = o.work_order and not j.failed)::integer as good,
  (select count(*) from judged j where j.work_order = o.work_order and j.failed)::integer as failed,
  w.quantity
from (select distinct unnest($orders::varchar[]) as work_order) o
left join now.work_orders w on w.work_order = o.work_order
order by o.work_order
