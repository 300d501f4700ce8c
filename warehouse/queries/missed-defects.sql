-- One row per inspector, lot (or part without one) and defect that reviewers named on a pass ('' for the reviewed passes of the lot).
with passes as (
  select inspection, inspector, cluster, bad, weight from reviewed_inspections where not failed
), named as (
  select inspection, defect
  from now.reviews
  where verdict = 'disagree' and defect is not null
  group by inspection, defect
)
select
  inspector,
  cluster,
  '' as defect,
  count(*)::integer as n,
  sum(weight order by inspection) as weight,
  sum(weight * weight order by inspection) as squares
from passes
group by inspector, cluster
union all
select p.inspector, p.cluster, d.defect, count(*)::integer, sum(p.weight order by p.inspection), 0
from passes p
join named d on d.inspection = p.inspection
where p.bad
group by p.inspector, p.cluster, d.defect
order by inspector, defect, cluster
