-- One row per decision with a value of the measure asked for: of which lot, or day where no lots are known, and which of its inspector's that is in time.
with placed as (
  select
    j.inspector,
    j.inspection,
    case $measure::varchar
      when 'suspicion' then j.score
      when 'brightness' then j.brightness
      when 'contrast' then j.contrast
      else j.sharpness
    end as value,
    j.failed,
    j.inspected_at,
    case
      when $by_lot::boolean then i.id
      else strftime(j.inspected_at at time zone coalesce(getvariable('time_zone'), 'UTC'), '%Y-%m-%d')
    end as key
  from judged j
  left join fact.items i on i.item = j.cluster
  where j.inspector is not null
), units as (
  select inspector, key, min(inspected_at) as "at", max(inspected_at) as until
  from placed
  where key is not null and value is not null
  group by inspector, key
), ranked as (
  select
    *,
    (row_number() over (partition by inspector order by "at" nulls last, key))::integer as place,
    (count(*) over (partition by inspector))::integer as units
  from units
)
select p.*, r."at", r.until, r.place, r.units
from placed p
join ranked r on r.inspector = p.inspector and r.key = p.key
where p.value is not null
