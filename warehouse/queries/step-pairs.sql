-- One row per two inspection steps: how many parts were inspected at the first of them before the other.
with several as (
  -- Most parts come to one step, which the list of its steps says sooner than the inspections do.
  select part from subjects where contains(steps, '","')
), firsts as (
  select f.* from step_firsts f semi join several s on s.part = f.part
)
select
  a.step as earlier,
  b.step as later,
  count(*) as parts
from firsts a
join firsts b on b.part = a.part and b.step <> a.step and b.inspected_at > a.inspected_at
group by a.step, b.step
order by a.step, b.step
