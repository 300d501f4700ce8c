-- One row per two reviewers: what they said of the inspections that both reviewed; a fail is a part that is bad in truth.
with said as (
  select r.inspection, r.reviewer, (i.result = 'fail') = (r.verdict = 'agree') as failed
  from now.reviews r
  join now.inspections i on i.inspection = r.inspection
  where r.verdict <> 'withdrawn' and i.result in ('pass', 'fail')
)
select
  a.reviewer as first,
  b.reviewer as second,
  count(*) filter (a.failed and b.failed)::integer as fail_fail,
  count(*) filter (a.failed and not b.failed)::integer as fail_pass,
  count(*) filter (not a.failed and b.failed)::integer as pass_fail,
  count(*) filter (not a.failed and not b.failed)::integer as pass_pass
from said a
join said b on b.inspection = a.inspection and b.reviewer > a.reviewer
group by a.reviewer, b.reviewer
order by first, second
