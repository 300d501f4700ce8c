-- One row per suspect part: where it is told to be, on its own word or its lot's.
-- A part goes where its lot goes, unless it was seen later itself or had been taken out of the lot by then.
select p.id as part, p.lot, case
  when l.seen_by is null or p.at > l.at then p
  when p.seen_by = 'movement' and p."where" in ('consumed', 'shipped', 'scrapped', 'quarantine') then p
  else l end as last
from suspect_seen p left join suspect_seen l on l.kind = 'lot' and l.id = p.lot
where p.kind = 'part'
