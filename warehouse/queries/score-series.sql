-- One row per inspector and lot (or day): how many values, their sum, and how many failed, in the order of time.
select
  inspector,
  key,
  any_value("at") as "at",
  any_value(until) as until,
  count(*)::integer as n,
  count(*) filter (failed)::integer as failed,
  sum(value order by inspection) as total,
  any_value(place) as place,
  any_value(units) as units
from score_units
group by inspector, key
order by inspector, place
