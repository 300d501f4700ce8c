-- One row per part or lot that went into something in `asked`, at any depth, with the shortest way to it.
-- `whole`: the lot went in as a whole, so whatever any of its parts consumed did too; a part's own production lot is not.
with recursive inputs as (
  select g.child as item, g.parent, true as whole from now.genealogy g
), of_members as (
  select p.lot as item, g.parent from now.genealogy g join now.parts p on p.part = g.child where p.lot is not null
), reached(item, whole, depth) using key (item, whole) as (
  select distinct item, true, 0 from asked
  union
  select n.item, n.whole, n.depth
  from (
    select onward.item, onward.whole, min(onward.depth) as depth
    from (
      select i.parent as item, i.whole, r.depth + 1 as depth from reached r join inputs i on i.item = r.item
      union all
      select m.parent, true, r.depth + 1 from reached r join of_members m on m.item = r.item where r.whole
      union all
      select p.lot, false, r.depth + 1 from reached r join now.parts p on p.part = r.item where p.lot is not null
    ) onward
    group by onward.item, onward.whole
  ) n
  where not exists (select 1 from recurring.reached k where k.item = n.item and k.whole = n.whole)
)
select item, min(depth) as depth from reached group by item order by depth, item
