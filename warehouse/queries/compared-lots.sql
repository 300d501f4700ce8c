-- One row per bar (and all of it: key is null), side, product and kind of lot in `compared`: parts, and how many of them failed.
with bars as (
  select place, any_value(key order by key) as key, count(*) as keys from bar_of group by place
), inspected as (
  -- By defect every part inspected could have each; by a level, those of the level.
  select b.place, c.side, c.product, c.lot, count(*)::integer as of
  from compared c
  join (select place, null as key from bars where $defects union all select place, key from bar_of where not $defects) b
    on $defects or b.key = c.key
  group by b.place, c.side, c.product, c.lot
), failing as (
  select b.place, c.side, c.product, c.lot, count(distinct c.part)::integer as count
  from compared_fails f
  join bar_of b on b.key = f.key
  join compared c on c.side = f.side and c.part = f.part
  group by b.place, c.side, c.product, c.lot
), whole as (
  select
    c.side,
    c.product,
    c.lot,
    count(*)::integer as of,
    count(*) filter (c.part in (select part from compared_fails))::integer as count
  from compared c
  group by c.side, c.product, c.lot
), lots as (
  select b.key, i.place, b.keys, i.side, i.product, i.of, coalesce(f.count, 0) as count
  from inspected i
  join bars b on b.place = i.place
  left join failing f on f.place = i.place and f.side = i.side and f.product = i.product and f.lot = i.lot
  union all
  select null, 0, 0, side, product, of, count from whole
)
select *, count(*) as times
from lots
group by all
order by all
