-- One row per link that the plant's own habits lead one to expect of the parts and lots in `asked`: whether it is there.
with the_parts as (
  select i.item, i.id, p.product, p.work_order, p.lot, p.part is not null as described
  from asked a join fact.items i on i.item = a.item left join now.parts p on p.part = a.item
  where i.kind = 'part'
), the_lots as (
  select i.item, i.id, l.material
  from asked a join fact.items i on i.item = a.item left join now.lots l on l.lot = a.item
  where i.kind = 'lot'
), orders_with_lots as (
  select distinct work_order from now.parts where lot is not null and work_order is not null
), made_things as (
  -- What went in may be recorded for a lot or for its parts.
  select child as item from now.genealogy
  union
  select p.lot from now.genealogy g join now.parts p on p.part = g.child where p.lot is not null
), made_materials as (
  select distinct l.material from now.lots l semi join made_things m on m.item = l.lot
), of_product as (
  select product, count(*) as parts from now.parts
  where product in (select product from the_parts) group by product
), usual_inputs as (
  select p.product
  from now.parts p join of_product n on n.product = p.product
  semi join (select child from now.genealogy where child_kind = 'part') g on g.child = p.part
  group by p.product, n.parts having count(*) >= 0.9 * n.parts
), runs as materialized (
  select p.part, p.product, o.step
  from now.parts p semi join of_product n on n.product = p.product join now.operations o on o.part = p.part
  union
  select p.part, p.product, o.step
  from now.parts p semi join of_product n on n.product = p.product join now.operations o on o.lot = p.lot
  union
  select p.part, p.product, o.step
  from now.parts p semi join of_product n on n.product = p.product join now.operations o on o.work_order = p.work_order
), usual_steps as (
  select r.product, r.step
  from runs r join of_product n on n.product = r.product
  group by r.product, r.step, n.parts having count(*) >= 0.9 * n.parts
)
select 'part' as kind, id, 'no row of parts says what it is' as what, described as found
from the_parts
union all
select 'lot', id, 'no row of lots says what it is', material is not null
from the_lots
union all
select 'part', p.id, 'no production lot, though other parts of work order ' || p.work_order || ' have one', p.lot is not null
from the_parts p semi join orders_with_lots o on o.work_order = p.work_order
union all
select 'lot', l.id, 'nothing is known to have gone into it, though other lots of ' || l.material || ' name their inputs',
  l.item in (select item from made_things)
from the_lots l semi join made_materials m on m.material = l.material
union all
select 'part', p.id, 'nothing is known to have gone into it, though at least 90 % of ' || p.product || ' name their inputs',
  p.item in (select child from now.genealogy where child_kind = 'part')
from the_parts p semi join usual_inputs u on u.product = p.product
union all
select 'part', p.id, 'no run at step ' || u.step || ', though at least 90 % of ' || p.product || ' have one',
  r.part is not null
from the_parts p join usual_steps u on u.product = p.product left join runs r on r.part = p.item and r.step = u.step
order by kind, id, what
