-- One row per part and material: the lots of that material that went into it, at any depth, joined by ' + ' when blended.
with recursive own as (
  select distinct child as part from now.genealogy where child_kind = 'part'
), roots as (
  select distinct lot as root from now.parts where lot is not null
  union
  select part from own
), reached as (
  select root, root as item from roots
  union
  select r.root, g.parent from reached r join now.genealogy g on g.child = r.item
), inputs as (
  select r.root, l.material, i.id as lot, l.supplier
  from reached r join now.lots l on l.lot = r.item join fact.items i on i.item = l.lot
  where r.item <> r.root
), of_lots as (
  -- Most parts consumed just what their lot did: set the names together once a lot.
  select root, material,
    string_agg(distinct lot, ' + ' order by lot) as lot,
    string_agg(distinct supplier, ' + ' order by supplier) as supplier
  from inputs where root not in (from own) group by root, material
), of_parts as (
  select part, material,
    string_agg(distinct lot, ' + ' order by lot) as lot,
    string_agg(distinct supplier, ' + ' order by supplier) as supplier
  from (
    select o.part, n.material, n.lot, n.supplier from own o join inputs n on n.root = o.part
    union
    select o.part, n.material, n.lot, n.supplier
    from own o join now.parts p on p.part = o.part join inputs n on n.root = p.lot
  ) group by part, material
)
select p.part, n.material, n.lot, n.supplier
from now.parts p join of_lots n on n.root = p.lot where p.part not in (from own)
union all
select part, material, lot, supplier from of_parts
