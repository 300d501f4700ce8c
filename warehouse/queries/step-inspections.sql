-- One row per inspected part and inspection step ('' = not named): its first valid inspection there, and how the last one ended.
with valid as (
  select
    i.*,
    i.result = 'fail' and i.verification is distinct from 'rejected' as fails,
    coalesce(i.step, s.step, '') as at_step
  from now.inspections i
  left join now.stations s on s.station = i.station
  where i.result in ('pass', 'fail')
), placed as (
  select
    *,
    row_number() over (partition by part, at_step order by inspected_at nulls last, inspection) as place,
    first_value(fails) over latest as failed_last,
    first_value(inspected_at) over latest as last_at,
    count(*) over (partition by part, at_step) as times,
    min(case when fails then inspected_at end) over (partition by part, at_step) as first_fail_at
  from valid
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
