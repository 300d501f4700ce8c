-- One row per level, product and kind of lot in `population`: what such a lot counts, and how many are alike (`times`).
with reworked as (
  select part, max(last_at) as passed_at
  from step_firsts
  where not failed_last and step in (from rework_steps)
  group by part
), steps as (
  select
    f.part,
    f.step,
    $step::varchar is null and f.step in (from rework_steps) as rework,
    not f.failed as passed,
    f.times = 1 as seen_once,
    -- A failure is put right by a later pass at its step, or at a place of rework.
    not f.failed_last or coalesce(f.last_at < r.passed_at, false) as good
  from step_firsts f
  left join reworked r on r.part = f.part
  where $step::varchar is null or f.step = $step
), troubled as (
  select distinct part from step_firsts where failed or failed_last
), judged as (
  -- A part that never failed is what its first inspection says: good.
  select
    part,
    bool_and(passed) as passed_every,
    bool_and(good) as good,
    bool_or(not passed and not good and seen_once) as left_so
  from steps
  where not rework and part in (from troubled)
  group by part
), found as (
  select part, count(*) as defects from failures group by part
), parts as (
  select
    l.key,
    p.part,
    p.product,
    -- A part of no lot is its own.
    coalesce(p.lot, -p.part) as lot,
    p.lot is null as loose,
    not p.failed as passed,
    coalesce(j.passed_every, not p.failed) as passed_every,
    coalesce(j.good, not p.failed) as good,
    coalesce(j.left_so, false) as left_so,
    coalesce(f.defects, 0) as defects
  from population p
  join levels l on l.part = p.part
  left join judged j on j.part = p.part
  left join found f on f.part = p.part
), sums as (
  select
    key,
    product,
    lot,
    loose,
    count(*)::integer as inspected,
    count(*) filter (passed)::integer as passed,
    count(*) filter (passed_every)::integer as passed_every,
    count(*) filter (good)::integer as good,
    count(*) filter (good and not passed_every)::integer as recovered,
    count(*) filter (left_so)::integer as left_so,
    sum(defects)::integer as defects
  from parts
  group by key, product, lot, loose
), at_steps as (
  select
    p.key,
    p.product,
    p.lot,
    s.step,
    count(*)::integer as inspected,
    count(*) filter (s.passed)::integer as passed,
    count(*) filter (s.good)::integer as good
  from parts p
  join steps s on s.part = p.part
  group by p.key, p.product, p.lot, s.step
), listed as (
  select
    key,
    product,
    lot,
    list(step order by step) as steps,
    list(inspected order by step) as step_inspected,
    list(passed order by step) as step_passed,
    list(good order by step) as step_good
  from at_steps
  group by key, product, lot
)
select
  s.* exclude (lot),
  q.opportunities,
  i.* exclude (key, product, lot),
  count(*) as times
from sums s
left join listed i on i.key = s.key and i.product is not distinct from s.product and i.lot = s.lot
left join now.products q on q.product = s.product
group by all
order by all
