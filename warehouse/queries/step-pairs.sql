-- One row per two inspection steps: how many parts were inspected at the first of them before the other.
select
  a.step as earlier,
  b.step as later,
  count(*) as parts
from step_firsts a
join step_firsts b on b.part = a.part and b.step <> a.step and b.inspected_at > a.inspected_at
group by a.step, b.step
order by a.step, b.step
