-- One row per pair of decisions of two inspectors on the same image of a part at a step, or, without images, on the same part.
with all_decisions as (
  select
    j.*,
    d.reworks,
    case j.verification when 'confirmed' then j.failed when 'rejected' then not j.failed end as bad,
    row_number() over (partition by j.inspector, j.part, j.step, j.image order by j.inspected_at nulls last, j.inspection) as again
  from judged j
  join decisions d on d.inspection = j.inspection
), by_image as (
  select a.inspection as champion, b.inspection as challenger
  from all_decisions a
  join all_decisions b on b.part = a.part and b.step = a.step and b.image = a.image and b.again = a.again
  where a.inspector = $champion::varchar and b.inspector = $challenger::varchar
), others as (
  select
    d.*,
    row_number() over (
      partition by d.inspector, d.part, d.step, d.reworks order by d.inspected_at nulls last, d.inspection
    ) as trial
  from all_decisions d
  where d.inspection not in (select champion from by_image union all select challenger from by_image)
), by_part as (
  select a.inspection as champion, b.inspection as challenger
  from others a
  join others b on b.part = a.part and b.step = a.step and b.reworks = a.reworks and b.trial = a.trial
  where a.inspector = $champion::varchar and b.inspector = $challenger::varchar and (a.image is null or b.image is null)
), pairs as (
  select *, true as by_image from by_image
  union all
  select *, false from by_part
)
select
  p.champion,
  p.challenger,
  p.by_image,
  a.part,
  a.step,
  a.cluster,
  a.failed as champion_failed,
  b.failed as challenger_failed,
  a.confidence as champion_sure,
  b.confidence as challenger_sure,
  case
    when a.failed = b.failed or (a.bad is null and b.bad is null) or a.bad <> b.bad then null
    when coalesce(a.bad, b.bad) = a.failed then 'champion'
    else 'challenger'
  end as right_one
from pairs p
join all_decisions a on a.inspection = p.champion
join all_decisions b on b.inspection = p.challenger
order by p.champion
