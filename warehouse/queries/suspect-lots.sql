-- One row per lot in `suspect_lots`: how many of its parts are in `suspects`, how many it has, and where it was seen last.
with members as materialized (
  select p.lot, p.part, s.part is not null as suspect
  from now.parts p
  semi join suspect_lots l on l.lot = p.lot
  left join suspects s on s.part = p.part
), moved as (
  select m.kind, m.id, max(m.at) as "at",
    arg_max(m.status, m.at) filter (m.status is not null) as status,
    arg_max(m.location, m.at) filter (m.location is not null) as location
  from now.movements m
  semi join (
    select 'lot' as kind, lot as id from suspect_lots
    union all
    select 'part', part from members
  ) w on w.kind = m.kind and w.id = m.id
  group by m.kind, m.id
), by_lot as (
  select m.lot, count(*) as parts, count(*) filter (m.suspect) as suspect_parts,
    max(v.at) filter (m.suspect) as "at",
    -- A lot that was never scanned as a whole is where all its suspect parts are.
    case when count(distinct v.status) filter (m.suspect) = 1 and bool_and(v.status is not null) filter (m.suspect)
      then any_value(v.status) filter (m.suspect) end as status,
    case when count(distinct v.location) filter (m.suspect) = 1 and bool_and(v.location is not null) filter (m.suspect)
      then any_value(v.location) filter (m.suspect) end as location
  from members m left join moved v on v.kind = 'part' and v.id = m.part
  group by m.lot
), runs as (
  select m.lot, coalesce(o.ended_at, o.started_at) as "at", o.station
  from members m join now.operations o on o.part = m.part where m.suspect
  union all
  select o.lot, coalesce(o.ended_at, o.started_at), o.station
  from now.operations o semi join suspect_lots l on l.lot = o.lot
), worked as (
  select lot, max("at") as "at", arg_max(station, "at") as station from runs group by lot
), seen as (
  select l.lot,
    coalesce(m.at, b.at) as moved_at,
    coalesce(m.status, b.status) as status,
    coalesce(m.location, case when m.status is null then b.location end) as location,
    w.at as worked_at, w.station,
    -- What was worked on after it was moved is no longer where it was moved to.
    coalesce(w.at > coalesce(m.at, b.at), w.at is not null) as at_work
  from suspect_lots l
  left join by_lot b on b.lot = l.lot
  left join moved m on m.kind = 'lot' and m.id = l.lot
  left join worked w on w.lot = l.lot
)
select
  i.id as lot,
  d.material,
  case when l.lot = $asked::integer then 'asked' when b.suspect_parts > 0 then 'production' else 'consumer' end as role,
  coalesce(b.suspect_parts, 0) as parts,
  coalesce(b.parts, 0) as "of",
  case when s.at_work then 'in-process' else coalesce(s.status, 'unknown') end as "where",
  case when s.at_work then s.station else s.location end as location,
  case when s.at_work then 'operation' when s.status is not null then 'movement' end as "seenBy",
  case when s.at_work then s.worked_at when s.status is not null then s.moved_at end as "seenAt"
from suspect_lots l
join fact.items i on i.item = l.lot
join seen s on s.lot = l.lot
left join by_lot b on b.lot = l.lot
left join now.lots d on d.lot = l.lot
order by parts desc, i.id
