-- One row per inspected part and inspection step ('' = not named): its first valid inspection there, and how the last one ended.
with valid as materialized (
  select
    i.part,
    i.inspection,
    i.inspected_at,
    i.station,
    i.result = 'fail' and i.verification is distinct from 'rejected' as fails,
    coalesce(i.step, s.step, '') as at_step
  from now.inspections i
  left join now.stations s on s.station = i.station
  where i.result in ('pass', 'fail')
), again as (
  -- The many that were inspected once are never sorted.
  select part, at_step from valid group by part, at_step having count(*) > 1
), placed as (
  select
    v.*,
    row_number() over (partition by part, at_step order by inspected_at nulls last, inspection) as place,
    first_value(fails) over latest as failed_last,
    first_value(inspected_at) over latest as last_at,
    count(*) over (partition by part, at_step) as times,
    min(case when fails then inspected_at end) over (partition by part, at_step) as first_fail_at
  from valid v
  semi join again a on a.part = v.part and a.at_step = v.at_step
  window latest as (partition by part, at_step order by inspected_at desc nulls last, inspection desc)
)
select
  part,
  at_step as step,
  inspection,
  inspected_at,
  station,
  fails as failed,
  failed_last,
  last_at,
  times,
  first_fail_at
from placed
where place = 1
union all
select
  v.part,
  v.at_step,
  v.inspection,
  v.inspected_at,
  v.station,
  v.fails,
  v.fails,
  v.inspected_at,
  1,
  case when v.fails then v.inspected_at end
from valid v
anti join again a on a.part = v.part and a.at_step = v.at_step
