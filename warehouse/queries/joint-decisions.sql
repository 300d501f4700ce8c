-- One row per number of inspectors who failed a part, over parts and trials that all inspectors in question judged.
with judging as (
  select inspector from decisions where inspector is distinct from $reference::varchar group by inspector
), joint as (
  select part, step, reworks, trial, count(*) filter (failed)::integer as fails, count(*)::integer as inspectors
  from decisions
  where inspector is distinct from $reference::varchar
  group by part, step, reworks, trial
)
select fails, inspectors, count(*)::integer as times
from joint
where inspectors = (select count(*) from judging)
group by fails, inspectors
order by fails
