-- One row per lot in `suspect_lots` and place: how many of its suspect parts were seen there last; lot null = in no lot.
with places as (
  select lot, last."where" as "where", last.location as location, count(*) as parts,
    max(last.at) as "at", arg_max(last.seen_by, last.at) as seen_by
  from suspect_told group by all
  union all
  select id, "where", location, 0, "at", seen_by
  from suspect_seen where kind = 'lot' and id not in (select lot from suspect_told where lot is not null)
)
select p.lot as item, p."where", p.location, p.parts, p.seen_by as "seenBy", p.at as "seenAt"
from places p left join suspect_seen l on l.kind = 'lot' and l.id = p.lot
-- Most parts first, whatever the locations; of as many, where the lot itself is, then what was seen last.
order by p.lot, sum(p.parts) over (partition by p.lot, p."where") desc, coalesce(p."where" = l."where", false) desc,
  max(p.at) over (partition by p.lot, p."where") desc nulls last, p."where",
  p.parts desc, p.at desc nulls last, p.location
