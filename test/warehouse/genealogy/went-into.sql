-- One row per part or lot that something in `asked` went into, at any depth, with the shortest way to it.
-- A part goes where its production lot goes (they share their fate), which does not draw in the other parts of that lot.
with recursive reached(item, depth) using key (item) as (
  select distinct item, 0 from asked
  union
  select n.item, n.depth
  from (
    select onward.item, min(onward.depth) as depth
    from (
      select g.child as item, r.depth + 1 as depth from reached r join now.genealogy g on g.parent = r.item
      union all
      select p.part, r.depth + 1 from reached r join now.parts p on p.lot = r.item
      union all
      select g.child, r.depth + 1
      from reached r join now.parts p on p.part = r.item join now.genealogy g on g.parent = p.lot
    ) onward
    group by onward.item
  ) n
  where not exists (select 1 from recurring.reached k where k.item = n.item)
)
select item, depth from reached order by depth, item
