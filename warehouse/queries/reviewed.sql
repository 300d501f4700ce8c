-- One row per inspector, level and kind of cluster: how many clusters (lots, or parts without one) are alike in what was found.
with counted as (
  select inspector, level, cluster, count(*)::integer as inspected, count(*) filter (failed)::integer as failed
  from judged
  group by inspector, level, cluster
), weighed as (
  select
    inspector,
    level,
    cluster,
    count(*) filter (failed)::integer as reviewed_fails,
    count(*) filter (failed and bad)::integer as bad_fails,
    count(*) filter (not failed)::integer as reviewed_passes,
    count(*) filter (not failed and bad)::integer as bad_passes,
    coalesce(sum(weight order by inspection) filter (failed), 0) as fails_weight,
    coalesce(sum(weight order by inspection) filter (failed and bad), 0) as bad_fails_weight,
    coalesce(sum(weight * weight order by inspection) filter (failed), 0) as fails_squares,
    coalesce(sum(weight order by inspection) filter (not failed), 0) as passes_weight,
    coalesce(sum(weight order by inspection) filter (not failed and bad), 0) as bad_passes_weight,
    coalesce(sum(weight * weight order by inspection) filter (not failed), 0) as passes_squares
  from reviewed_inspections
  group by inspector, level, cluster
)
select
  c.inspector,
  c.level,
  c.inspected,
  c.failed,
  coalesce(w.reviewed_fails, 0) as reviewed_fails,
  coalesce(w.bad_fails, 0) as bad_fails,
  coalesce(w.reviewed_passes, 0) as reviewed_passes,
  coalesce(w.bad_passes, 0) as bad_passes,
  coalesce(w.fails_weight, 0) as fails_weight,
  coalesce(w.bad_fails_weight, 0) as bad_fails_weight,
  coalesce(w.fails_squares, 0) as fails_squares,
  coalesce(w.passes_weight, 0) as passes_weight,
  coalesce(w.bad_passes_weight, 0) as bad_passes_weight,
  coalesce(w.passes_squares, 0) as passes_squares,
  count(*)::integer as times,
  count(*) filter (c.cluster < 0)::integer as without_lot
from counted c
left join weighed w on w.inspector is not distinct from c.inspector and w.level is not distinct from c.level
  and w.cluster = c.cluster
group by all
order by all
