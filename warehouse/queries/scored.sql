-- One row for all decisions of an inspector: those with a score, between which passes and fails its threshold lies, what was reviewed.
with bounds as (
  select max(score) filter (not failed) as highest_pass, min(score) filter (failed) as lowest_fail from judged
)
select
  count(*)::integer as inspections,
  count(j.score)::integer as scored,
  any_value(b.highest_pass) as highest_pass,
  any_value(b.lowest_fail) as lowest_fail,
  count(*) filter (not j.failed and j.score > b.lowest_fail)::integer as against,
  count(*) filter (r.inspection is not null and j.score is not null and j.failed)::integer as reviewed_fails,
  count(*) filter (r.inspection is not null and j.score is not null and not j.failed)::integer as reviewed_passes,
  count(*) filter (r.bad and j.score is not null)::integer as bad
from judged j
cross join bounds b
left join reviewed_inspections r on r.inspection = j.inspection
