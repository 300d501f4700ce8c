-- One row per lot in `suspect_lots`: how many of its parts are in `suspects`, how many it has, and where it was seen last.
with latest as (
  select kind, id, arg_max(status, "at") filter (status is not null) as status,
    arg_max(location, "at") filter (location is not null) as location
  from now.movements
  group by kind, id
), members as (
  select p.lot, p.part, s.part is not null as suspect, m.status, m.location
  from now.parts p
  semi join suspect_lots l on l.lot = p.lot
  left join suspects s on s.part = p.part
  left join latest m on m.kind = 'part' and m.id = p.part
), by_lot as (
  select lot, count(*) as parts, count(*) filter (suspect) as suspect_parts,
    -- A lot that was never scanned as a whole is where all its suspect parts are.
    case when count(distinct status) filter (suspect) = 1 and bool_and(status is not null) filter (suspect)
      then any_value(status) filter (suspect) end as status,
    case when count(distinct location) filter (suspect) = 1 and bool_and(location is not null) filter (suspect)
      then any_value(location) filter (suspect) end as location
  from members
  group by lot
)
select
  i.id as lot,
  coalesce(b.suspect_parts, 0) as parts,
  coalesce(b.parts, 0) as "of",
  coalesce(m.status, b.status, 'unknown') as "where",
  coalesce(m.location, case when m.status is null then b.location end) as location
from suspect_lots l
join fact.items i on i.item = l.lot
left join by_lot b on b.lot = l.lot
left join latest m on m.kind = 'lot' and m.id = l.lot
order by parts desc, i.id
