-- One row per inspection step to which parts came only after they had failed elsewhere: rework, and no step of a route.
with came as (
  select
    step,
    -- A first failure at the same step is never earlier than the first inspection there.
    min(first_fail_at) over (partition by part) < inspected_at as after_failure
  from step_firsts
)
select step
from came
group by step
having bool_and(coalesce(after_failure, false))
order by step
