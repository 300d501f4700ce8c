-- One row per suspect lot, and per suspect part with its lot: where it was seen last itself.
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
)
-- What was worked on after it was moved is no longer where it was moved to.
select t.kind, t.id, t.lot,
  case when w.at > m.at or m.at is null then w.at else m.at end as "at",
  case when m.at is null and w.at is null then null when w.at > m.at or m.at is null then 'operation' else 'movement' end as seen_by,
  case when w.at > m.at or m.at is null then w.station else m.location end as location,
  case when w.at > m.at or (m.at is null and w.at is not null) then 'in-process' else coalesce(m.status, 'unknown') end as "where"
from things t
left join moved m on m.kind = t.kind and m.id = t.id
left join worked w on w.kind = t.kind and w.id = t.id
