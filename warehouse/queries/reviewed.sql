-- One row per inspector, level and kind of cluster: how many clusters (lots, or parts without one) are alike in what was found.
with verdicts as (
  select
    inspector,
    level,
    cluster,
    failed,
    verification in ('confirmed', 'rejected') as reviewed,
    failed = (verification = 'confirmed') as bad
  from judged
), clusters as (
  select
    inspector,
    level,
    cluster,
    count(*)::integer as inspected,
    count(*) filter (failed)::integer as failed,
    count(*) filter (failed and reviewed)::integer as reviewed_fails,
    count(*) filter (failed and reviewed and bad)::integer as bad_fails,
    count(*) filter (not failed and reviewed)::integer as reviewed_passes,
    count(*) filter (not failed and reviewed and bad)::integer as bad_passes
  from verdicts
  group by inspector, level, cluster
)
select
  inspector,
  level,
  inspected,
  failed,
  reviewed_fails,
  bad_fails,
  reviewed_passes,
  bad_passes,
  count(*)::integer as times,
  count(*) filter (cluster < 0)::integer as without_lot
from clusters
group by inspector, level, inspected, failed, reviewed_fails, bad_fails, reviewed_passes, bad_passes
order by inspector, level, inspected, failed, reviewed_fails, bad_fails, reviewed_passes, bad_passes
