-- One row per level and product in `population`: parts inspected, passed at first, passed at first at every step; defects.
with steps as (
  select i.part, bool_and(not i.failed) as passed_all
  from step_firsts i
  group by i.part
), found as (
  select part, count(*) as defects from failures group by part
)
select
  l.key,
  p.product,
  any_value(q.opportunities) as opportunities,
  count(*) as inspected,
  count(*) filter (not p.failed) as passed,
  count(*) filter (coalesce(s.passed_all, not p.failed)) as passed_all,
  coalesce(sum(f.defects), 0)::bigint as defects
from population p
join levels l on l.part = p.part
left join steps s on s.part = p.part
left join found f on f.part = p.part
left join now.products q on q.product = p.product
group by l.key, p.product
order by l.key, p.product
