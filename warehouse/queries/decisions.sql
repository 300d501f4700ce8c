-- One row per decision of a named inspector on a part as it then was: the first, second, ... time that the same one judged it.
with several as (
  select part from judged group by part having count(*) > 1
), reworked as (
  -- A run above 1 at another step: whoever looks again then looks at something else.
  select j.inspection, count(*)::integer as reworks
  from judged j
  semi join several s on s.part = j.part
  join now.operations o on o.part = j.part and o.step <> j.step and o.run > 1
    and coalesce(o.started_at, o.ended_at) <= j.inspected_at
  group by j.inspection
)
select
  j.inspection,
  j.part,
  j.step,
  coalesce(r.reworks, 0) as reworks,
  j.inspector,
  j.failed,
  row_number() over (
    partition by j.part, j.step, coalesce(r.reworks, 0), j.inspector order by j.inspected_at nulls last, j.inspection
  ) as trial
from judged j
left join reworked r on r.inspection = j.inspection
where j.inspector is not null
order by j.part, j.step, reworks, j.inspector, trial
