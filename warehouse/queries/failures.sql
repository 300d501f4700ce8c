-- One row per defect of a defective part in `population`; a fail that names no defect is one row of '(not named)'.
with found as (
  select p.part, p.product, p.lot, d.defect
  from population p
  left join now.defects d on d.inspection = p.failed_inspection
  where p.failed
)
select
  f.part,
  f.product,
  f.lot,
  coalesce(f.defect, '(not named)') as defect,
  c.severity_weight,
  -- What a part costs is lost once, however many of its defects have no cost of their own.
  coalesce(c.cost, q.cost / count(*) filter (where c.cost is null) over (partition by f.part)) as cost
from found f
left join now.defect_codes c on c.defect = f.defect
left join now.products q on q.product = f.product
