-- One row per part, step and sensor: the mean of its readings while the part was in the station.
with sensors as (
  select distinct station, parameter from now.readings
), sums as (
  -- A mean over any interval is a difference of two running sums.
  select station, parameter, "at",
    sum(value) over sensor as total,
    count(*) over sensor as readings
  from now.readings
  window sensor as (partition by station, parameter order by "at" rows unbounded preceding)
), visits as (
  select o.part, o.step, o.station, s.parameter, o.started_at - interval 1 microsecond as before, o.ended_at
  from now.operations o join sensors s on s.station = o.station
  where o.part is not null and o.run = 1 and o.started_at is not null and o.ended_at is not null
), until as (
  select v.*, s.total, s.readings from visits v asof join sums s
  on s.station = v.station and s.parameter = v.parameter and s.at <= v.ended_at
), since as (
  select u.*, coalesce(s.total, 0) as total_before, coalesce(s.readings, 0) as readings_before
  from until u asof left join sums s
  on s.station = u.station and s.parameter = u.parameter and s.at <= u.before
)
select part, step, parameter, (total - total_before) / (readings - readings_before) as value
from since where readings > readings_before
qualify row_number() over (partition by part, step, parameter order by ended_at desc, station) = 1
