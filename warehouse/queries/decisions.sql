-- One row per decision of a named inspector on a part at a step: the first, second, ... time that the same one judged it.
select
  part,
  step,
  inspector,
  failed,
  row_number() over (partition by part, step, inspector order by inspected_at nulls last, inspection) as trial
from judged
where inspector is not null
order by part, step, inspector, trial
