-- One row per lot (or part without one), result and number of thresholds that a score reaches: inspections, and reviewed ones by weight.
-- A score has four digits at most: 1 - 0.3 is 0.7.
select
  j.cluster,
  j.failed,
  len(list_filter($thresholds::double[], lambda t : round(j.score, 9) >= t))::integer as reached,
  count(*)::integer as inspected,
  coalesce(sum(r.weight order by j.inspection) filter (r.bad), 0) as bad,
  coalesce(sum(r.weight * r.weight order by j.inspection) filter (r.bad), 0) as bad_squares,
  coalesce(sum(r.weight order by j.inspection) filter (not r.bad), 0) as good,
  coalesce(sum(r.weight * r.weight order by j.inspection) filter (not r.bad), 0) as good_squares
from judged j
left join reviewed_inspections r on r.inspection = j.inspection
where j.score is not null
group by j.cluster, j.failed, reached
order by j.cluster, j.failed, reached
