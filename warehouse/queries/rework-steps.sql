-- One row per inspection step to which parts came only after they had failed elsewhere: rework, and no step of a route.
with failed as (
  -- A first failure at the same step is never earlier than the first inspection there.
  select part, min(first_fail_at) as first_fail_at
  from step_firsts
  where first_fail_at is not null
  group by part
)
select s.step
from step_firsts s
left join failed f on f.part = s.part
group by s.step
having bool_and(coalesce(f.first_fail_at < s.inspected_at, false))
order by s.step
