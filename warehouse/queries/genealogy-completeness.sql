-- One row per kind of link: how many things should have it, how many do, and some that do not.
with part_items as (
  select item, id from fact.items
  where kind = 'part' and batch <= coalesce(getvariable('as_of')::integer, 2147483647)
), lot_items as (
  select item, id from fact.items
  where kind = 'lot' and batch <= coalesce(getvariable('as_of')::integer, 2147483647)
), fed as (
  select distinct child as item from now.genealogy
), fed_materials as (
  select distinct l.material from now.lots l join fed f on f.item = l.lot
), links as (
  select 1 as place, 'parts that a row describes' as what, i.id, p.part is not null as known
  from part_items i left join now.parts p on p.part = i.item
  union all
  select 2, 'parts in a production lot', i.id, p.lot is not null
  from now.parts p join part_items i on i.item = p.part
  where exists (from now.parts q where q.lot is not null)
  union all
  select 3, 'parts under a work order', i.id, p.work_order is not null
  from now.parts p join part_items i on i.item = p.part
  where exists (from now.parts q where q.work_order is not null)
  union all
  select 4, 'parts with a run at some step', i.id, o.part is not null
  from part_items i left join (select distinct part from now.operations where part is not null) o on o.part = i.item
  where exists (from now.operations r where r.part is not null)
  union all
  select 5, 'lots that a row describes', i.id, l.lot is not null
  from lot_items i left join now.lots l on l.lot = i.item
  union all
  select 6, 'lots whose inputs are named, of materials that name them', i.id, f.item is not null
  from now.lots l
  join fed_materials m on m.material = l.material
  join lot_items i on i.item = l.lot
  left join fed f on f.item = l.lot
)
select what, count(*) as expected, count(*) filter (known) as found, min(id, 3) filter (not known) as missing
from links group by place, what order by place
