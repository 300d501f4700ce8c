-- One row per inspector who judged parts more than once: on how many of them always the same.
select inspector, count(*)::integer as parts, count(*) filter (same)::integer as agree
from (
  select inspector, min(failed) = max(failed) as same
  from decisions
  group by inspector, part, step, reworks
  having count(*) > 1
)
group by inspector
order by inspector
