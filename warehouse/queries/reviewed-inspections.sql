-- One row per reviewed inspection in scope: what it is in truth, whether it was drawn at random, and for how many it speaks.
with drawn as (
  select inspection
  from now.reviews
  where sampled > 0 and sampled <= 1 and verdict <> 'withdrawn'
  group by inspection
), told as (
  select
    j.inspection,
    j.inspector,
    j.level,
    j.cluster,
    j.failed,
    j.score,
    coalesce(j.confidence >= $sure::double, false) as sure,
    j.verification in ('confirmed', 'rejected') as reviewed,
    j.failed = (j.verification = 'confirmed') as bad,
    d.inspection is not null as drawn
  from judged j
  left join drawn d on d.inspection = j.inspection
), strata as (
  select
    inspector,
    level,
    failed,
    sure,
    count(*) as n,
    count(*) filter (reviewed) as reviewed,
    count(*) filter (reviewed and drawn) as drawn
  from told
  group by inspector, level, failed, sure
), results as (
  select
    inspector,
    level,
    failed,
    sum(n) as n,
    sum(reviewed) as reviewed,
    sum(drawn) as drawn,
    sum(n) filter (reviewed = 0) as bare
  from strata
  group by inspector, level, failed
)
select
  t.inspection,
  t.inspector,
  t.level,
  t.cluster,
  t.failed,
  t.score,
  t.bad,
  t.drawn,
  case when r.drawn > 0 then coalesce(r.bare, 0) else 0 end as bare,
  case
    when r.drawn = 0 then r.n / r.reviewed
    when s.drawn = 0 then s.n / s.reviewed
    when t.drawn then (s.n - (s.reviewed - s.drawn)) / s.drawn
    else 1
  end::double as weight
from told t
join strata s on s.inspector is not distinct from t.inspector and s.level is not distinct from t.level
  and s.failed = t.failed and s.sure = t.sure
join results r on r.inspector is not distinct from t.inspector and r.level is not distinct from t.level
  and r.failed = t.failed
where t.reviewed
order by t.inspection
