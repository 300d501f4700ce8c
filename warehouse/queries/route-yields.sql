-- One row per level, product and inspection step: parts inspected there, and those that passed there at first.
select
  l.key,
  p.product,
  s.step,
  count(*) as inspected,
  count(*) filter (not s.failed) as passed
from population p
join levels l on l.part = p.part
join step_firsts s on s.part = p.part
group by l.key, p.product, s.step
order by l.key, p.product, s.step
