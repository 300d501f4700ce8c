-- One row per lot in `suspect_lots` and place: how many of its suspect parts were seen there last; lot null = in no lot.
with things as materialized (
  select 'lot' as kind, lot as id, null::integer as lot from suspect_lots
  union all
  select 'part', s.part, p.lot from suspects s left join now.parts p on p.part = s.part
), moved as (
  select m.kind, m.id, max(m.at) as "at",
    arg_max(m.status, m.at) filter (m.status is not null) as status,
    arg_max(m.location, m.at) filter (m.location is not null) as location
  from now.movements m
  semi join things t on t.kind = m.kind and t.id = m.id
  group by m.kind, m.id
), runs as (
  select 'part' as kind, o.part as id, coalesce(o.ended_at, o.started_at) as "at", o.station
  from now.operations o semi join suspects s on s.part = o.part
  union all
  select 'lot', o.lot, coalesce(o.ended_at, o.started_at), o.station
  from now.operations o semi join suspect_lots l on l.lot = o.lot
), worked as (
  select kind, id, max("at") as "at", arg_max(station, "at") as station
  from runs where "at" is not null group by kind, id
), seen as materialized (
  -- What was worked on after it was moved is no longer where it was moved to.
  select t.kind, t.id, t.lot,
    case when w.at > m.at or m.at is null then w.at else m.at end as "at",
    case when m.at is null and w.at is null then null when w.at > m.at or m.at is null then 'operation' else 'movement' end as seen_by,
    case when w.at > m.at or m.at is null then w.station else m.location end as location,
    case when w.at > m.at or (m.at is null and w.at is not null) then 'in-process' else coalesce(m.status, 'unknown') end as "where"
  from things t
  left join moved m on m.kind = t.kind and m.id = t.id
  left join worked w on w.kind = t.kind and w.id = t.id
), told as (
  -- A part goes where its lot goes, unless it was seen later itself or had been taken out of the lot by then.
  select p.lot, case
    when l.seen_by is null or p.at > l.at then p
    when p.seen_by = 'movement' and p."where" in ('consumed', 'shipped', 'scrapped', 'quarantine') then p
    else l end as last
  from seen p left join seen l on l.kind = 'lot' and l.id = p.lot
  where p.kind = 'part'
), places as (
  select lot, last."where" as "where", last.location as location, count(*) as parts,
    max(last.at) as "at", arg_max(last.seen_by, last.at) as seen_by
  from told group by all
  union all
  select id, "where", location, 0, "at", seen_by
  from seen where kind = 'lot' and id not in (select lot from told where lot is not null)
)
select p.lot as item, p."where", p.location, p.parts, p.seen_by as "seenBy", p.at as "seenAt"
from places p left join seen l on l.kind = 'lot' and l.id = p.lot
-- Most parts first, whatever the locations; of as many, where the lot itself is, then what was seen last.
order by p.lot, sum(p.parts) over (partition by p.lot, p."where") desc, coalesce(p."where" = l."where", false) desc,
  max(p.at) over (partition by p.lot, p."where") desc nulls last, p."where",
  p.parts desc, p.at desc nulls last, p.location
