-- One row per two inspectors and what they said of the same part at the same step in the same trial.
select
  a.inspector as first,
  b.inspector as second,
  count(*) filter (a.failed and b.failed)::integer as fail_fail,
  count(*) filter (a.failed and not b.failed)::integer as fail_pass,
  count(*) filter (not a.failed and b.failed)::integer as pass_fail,
  count(*) filter (not a.failed and not b.failed)::integer as pass_pass
from decisions a
join decisions b on b.part = a.part and b.step = a.step and b.reworks = a.reworks and b.trial = a.trial
  and b.inspector > a.inspector
where a.inspector is distinct from $reference::varchar and b.inspector is distinct from $reference::varchar
group by all
order by first, second
