-- One row per part, step and sensor: its readings while the part was in the station, in the run that `visits` chose.
-- A reading holds until the next one, the last until the part left; before the first nothing is known.
with sensors as materialized (
  -- Summed as whole numbers, so that the last digit does not depend on threads: scaled by a power of two, which rounds nothing.
  select station, parameter, pow(2.0, 80 - ceil(log2(greatest(max(abs(value)), 1e-200)))) as scale
  from now.readings group by station, parameter
), stays as materialized (
  -- What was in a station at the same time shares its readings.
  select v.station, v.step, coalesce(p.product, '') as product, v.started_at, v.ended_at, list(v.part) as parts
  from visits v left join now.parts p on p.part = v.part
  where v.started_at is not null and v.ended_at is not null and v.station in (select station from sensors)
  group by all
), specs as (
  select distinct s.step, s.product, p.parameter, p.lsl, p.usl, p.product is null as any_product, p.step is null as any_step,
    coalesce(p.valid_from, '0001-01-01'::timestamptz) as since
  from (select distinct station, step, product from stays) s
  join sensors r on r.station = s.station
  join now.parameters p on p.parameter = r.parameter
    and (p.step is null or p.step = s.step) and (p.product is null or p.product = s.product)
), epochs as (
  select step, product, since, row_number() over (order by step, product, since) as epoch
  from (select distinct step, product, since from specs)
), limits as materialized (
  -- The spec that was valid then; what is said of this product and step goes before what is said of all.
  select e.epoch, p.parameter, p.lsl, p.usl
  from epochs e join specs p on p.step = e.step and p.product = e.product and p.since <= e.since
  qualify row_number() over (partition by e.epoch, p.parameter order by p.any_product, p.any_step, p.since desc) = 1
), numbered as materialized (
  select s.*, e.epoch, row_number() over () as stay
  from stays s asof left join epochs e on e.step = s.step and e.product = s.product and e.since <= s.started_at
), bounds as materialized (
  -- Between two bounds the same parts are in the station, so each reading belongs to one stretch and no range is searched.
  select stay, station, "at", dense_rank() over (partition by station order by "at") as n
  from (
    select stay, station, unnest([started_at, ended_at + interval 1 microsecond]) as "at" from numbered
  )
), stretches as (
  select stay, station, unnest(range(min(n), max(n))) as n from bounds group by stay, station
), inside as materialized (
  select t.stay, r.station, r.parameter, r.at, r.value
  from now.readings r asof join (select distinct station, "at", n from bounds) b on b.station = r.station and b.at <= r.at
  join stretches t on t.station = b.station and t.n = b.n
), summaries as (
  select i.stay, i.parameter, sum((i.value * s.scale)::hugeint) / any_value(s.scale) / count(*) as mean,
    min(i.value) as lowest, max(i.value) as highest, arg_max(i.value, i.at) as last
  from inside i join sensors s on s.station = i.station and s.parameter = i.parameter
  group by i.stay, i.parameter
), held as (
  select i.stay, i.parameter, i.value, l.lsl, l.usl,
    epoch_us(coalesce(lead(i.at) over (partition by i.stay, i.parameter order by i.at), s.ended_at)) - epoch_us(i.at) as held_us
  from inside i join numbered s on s.stay = i.stay join limits l on l.epoch = s.epoch and l.parameter = i.parameter
  where l.lsl is not null or l.usl is not null
), beyond as (
  select stay, parameter,
    case when any_value(usl) is not null then coalesce(sum(held_us) filter (value > usl), 0) / 1e6 end as time_above_s,
    case when any_value(lsl) is not null then coalesce(sum(held_us) filter (value < lsl), 0) / 1e6 end as time_below_s
  from held group by stay, parameter
)
select unnest(s.parts) as part, s.step, m.parameter, m.mean, m.lowest, m.highest, m.last, b.time_above_s, b.time_below_s
from summaries m
join numbered s on s.stay = m.stay
left join beyond b on b.stay = m.stay and b.parameter = m.parameter
