-- One row per inspector: decisions on parts of which the reference always says the same, and parts judged right throughout.
with truth as (
  select part, step, reworks, bool_or(failed) as bad
  from decisions
  where inspector = $reference::varchar
  group by part, step, reworks
  having min(failed) = max(failed)
), judgements as (
  select
    d.inspector,
    count(*) filter (d.failed and t.bad)::integer as fail_fail,
    count(*) filter (d.failed and not t.bad)::integer as fail_pass,
    count(*) filter (not d.failed and t.bad)::integer as pass_fail,
    count(*) filter (not d.failed and not t.bad)::integer as pass_pass,
    bool_and(d.failed = t.bad) as correct
  from decisions d
  join truth t on t.part = d.part and t.step = d.step and t.reworks = d.reworks
  where d.inspector <> $reference::varchar
  group by d.inspector, d.part, d.step, d.reworks
)
select
  inspector,
  sum(fail_fail)::integer as fail_fail,
  sum(fail_pass)::integer as fail_pass,
  sum(pass_fail)::integer as pass_fail,
  sum(pass_pass)::integer as pass_pass,
  count(*)::integer as parts,
  count(*) filter (correct)::integer as correct
from judgements
group by inspector
order by inspector
