-- One row per level, product and kind of lot in `levels` and `level_lots`: what such a lot counts, and how many are alike (`times`).
with reworked as (
  select part, max(last_at) as passed_at
  from step_firsts
  where not failed_last and step in (select step from inspection_steps where rework)
  group by part
), steps as (
  -- A part that never failed came well through all its steps: only the others are looked at step by step.
  select
    f.part,
    f.step,
    $step::varchar is null and f.step in (select step from inspection_steps where rework) as rework,
    not f.failed as passed,
    f.times = 1 as seen_once,
    -- A failure is put right by a later pass at its step, or at a place of rework.
    not f.failed_last or coalesce(f.last_at < r.passed_at, false) as good
  from step_firsts f
  semi join (select part from levels where troubled) t on t.part = f.part
  left join reworked r on r.part = f.part
  where $step::varchar is null or f.step = $step
), judged as (
  select
    part,
    bool_and(passed) filter (not rework) as passed_every,
    bool_and(good) filter (not rework) as good,
    bool_or(not passed and not good and seen_once) filter (not rework) as left_so
  from steps
  group by part
), found as (
  select part, count(*) as defects from failures group by part
), parts as (
  select
    p.key,
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
  from levels p
  left join judged j on j.part = p.part
  left join found f on f.part = p.part
  where p.troubled
), walks as (
  -- The millions without trouble, by the steps that they came to.
  select
    key,
    product,
    lot,
    loose,
    case when $step::varchar is null then steps else to_json([$step::varchar])::varchar end as steps,
    sum(parts) as parts
  from level_lots
  where not troubled
  group by 1, 2, 3, 4, 5
), counted as (
  select
    key, product, lot, loose, parts as inspected, parts as passed, parts as passed_every, parts as good, 0 as recovered, 0 as left_so,
    0 as defects
  from walks
  union all
  select
    key,
    product,
    lot,
    loose,
    count(*),
    count(*) filter (passed),
    count(*) filter (passed_every),
    count(*) filter (good),
    count(*) filter (good and not passed_every),
    count(*) filter (left_so),
    sum(defects)
  from parts
  group by key, product, lot, loose
), sums as (
  select
    key,
    product,
    lot,
    loose,
    sum(inspected)::integer as inspected,
    sum(passed)::integer as passed,
    sum(passed_every)::integer as passed_every,
    sum(good)::integer as good,
    sum(recovered)::integer as recovered,
    sum(left_so)::integer as left_so,
    sum(defects)::integer as defects
  from counted
  group by key, product, lot, loose
), counted_at as (
  select
    key, product, lot, unnest(from_json(steps, '["varchar"]')) as step, parts as inspected, parts as passed, parts as good
  from walks
  union all
  select
    p.key,
    p.product,
    p.lot,
    s.step,
    count(*),
    count(*) filter (s.passed),
    count(*) filter (s.good)
  from parts p
  join steps s on s.part = p.part
  group by p.key, p.product, p.lot, s.step
), at_steps as (
  select
    key,
    product,
    lot,
    step,
    sum(inspected)::integer as inspected,
    sum(passed)::integer as passed,
    sum(good)::integer as good
  from counted_at
  group by key, product, lot, step
), listed as (
  select
    key,
    product,
    lot,
    list_sort(list({step: step, inspected: inspected, passed: passed, good: good})) as walked
  from at_steps
  group by key, product, lot
), alike as (
  select
    s.* exclude (lot),
    q.opportunities,
    i.walked,
    count(*) as times
  from sums s
  left join listed i on i.key = s.key and i.product is not distinct from s.product and i.lot = s.lot
  left join now.products q on q.product = s.product
  group by all
)
select
  * exclude (walked),
  [w.step for w in walked] as steps,
  [w.inspected for w in walked] as step_inspected,
  [w.passed for w in walked] as step_passed,
  [w.good for w in walked] as step_good
from alike
order by all
