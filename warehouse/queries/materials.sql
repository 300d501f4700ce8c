-- One row per part and material: the lots of that material that went into it, at any depth, joined by ' + ' when blended.
with recursive roots as (
  select distinct lot as root from now.parts where lot is not null
  union
  select distinct child from now.genealogy where child_kind = 'part'
), reached as (
  select root, root as item from roots
  union
  select r.root, g.parent from reached r join now.genealogy g on g.child = r.item
), inputs as (
  select r.root, l.material, i.id as lot, l.supplier
  from reached r join now.lots l on l.lot = r.item join fact.items i on i.item = l.lot
  where r.item <> r.root
), consumed as (
  select p.part, n.material, n.lot, n.supplier from now.parts p join inputs n on n.root = p.lot
  union
  select g.child, n.material, n.lot, n.supplier
  from (select distinct child from now.genealogy where child_kind = 'part') g join inputs n on n.root = g.child
)
select
  part,
  material,
  string_agg(distinct lot, ' + ' order by lot) as lot,
  string_agg(distinct supplier, ' + ' order by supplier) as supplier
from consumed group by part, material
