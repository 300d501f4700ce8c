-- One row per recorded version of a parameter's limits, the most specific first, then the newest.
select parameter, product, step, unit, lsl, target, usl, guard_band,
  strftime(valid_from, '%Y-%m-%dT%H:%M:%SZ') as valid_from
from now.parameters
order by product is null, step is null, now.parameters.valid_from desc nulls last
