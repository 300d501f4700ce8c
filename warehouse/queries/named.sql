-- One row per kind of thing that bears an id: the key of the part or lot; of a work order the keys of its parts.
select kind, list(item order by item) as items
from fact.items
where id = $id and batch <= coalesce(getvariable('as_of')::integer, 2147483647) and kind = coalesce($kind::varchar, kind)
group by kind
union all
select 'work_order', coalesce((select list(part order by part) from now.parts where work_order = $id), [])
where coalesce($kind::varchar, 'work_order') = 'work_order' and (
  exists (select 1 from now.work_orders where work_order = $id)
  or exists (select 1 from now.parts where work_order = $id)
  or exists (select 1 from now.operations where work_order = $id)
)
order by kind
