-- One row per work order with suspect parts in the hands of the plant.
select p.work_order as "workOrder", count(*) as parts, any_value(o.status) as status
from suspect_told t
join now.parts p on p.part = t.part
left join now.work_orders o on o.work_order = p.work_order
where p.work_order is not null and t.last."where" in ('in-process', 'stock', 'quarantine')
group by p.work_order
order by parts desc, p.work_order
