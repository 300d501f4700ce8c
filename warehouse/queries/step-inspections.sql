-- One row per inspected part and inspection step: the first valid inspection of the part at that step ('' = not named).
with valid as (
  select
    i.*,
    coalesce(i.step, s.step, '') as at_step
  from now.inspections i
  left join now.stations s on s.station = i.station
  where i.result in ('pass', 'fail')
), placed as (
  select *, row_number() over (partition by part, at_step order by inspected_at nulls last, inspection) as place
  from valid
)
select
  part,
  at_step as step,
  inspection,
  inspected_at,
  station,
  result = 'fail' and verification is distinct from 'rejected' as failed
from placed
where place = 1
