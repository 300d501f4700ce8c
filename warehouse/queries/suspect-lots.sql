-- One row per lot in `suspect_lots`: what it is, and how many of its parts are in `suspects`.
with members as (
  select p.lot, count(*) as parts, count(s.part) as suspect_parts
  from now.parts p
  semi join suspect_lots l on l.lot = p.lot
  left join suspects s on s.part = p.part
  group by p.lot
)
select
  l.lot as item,
  i.id as lot,
  d.material,
  case when list_contains($asked::integer[], l.lot) then 'asked' when m.suspect_parts > 0 then 'production' else 'consumer' end as role,
  coalesce(m.suspect_parts, 0) as parts,
  coalesce(m.parts, 0) as "of"
from suspect_lots l
join fact.items i on i.item = l.lot
left join members m on m.lot = l.lot
left join now.lots d on d.lot = l.lot
order by coalesce(m.suspect_parts, 0) desc, i.id
