-- One row per inspection step; `rework` is one to which parts came only after they had failed elsewhere: no step of a route.
with failed as (
  -- A first failure at the same step is never earlier than the first inspection there.
  select part, min(first_fail_at) as first_fail_at
  from step_firsts
  where first_fail_at is not null
  group by part
), after as (
  select s.step, count(*) as parts
  from step_firsts s
  join failed f on f.part = s.part
  where f.first_fail_at < s.inspected_at
  group by s.step
), walks as (
  select steps, count(*) as parts from subjects where steps is not null group by steps
), come as (
  select step, sum(parts) as parts
  from (select unnest(from_json(steps, '["varchar"]')) as step, parts from walks)
  group by step
)
select c.step, coalesce(a.parts = c.parts, false) as rework
from come c
left join after a on a.step = c.step
order by c.step
