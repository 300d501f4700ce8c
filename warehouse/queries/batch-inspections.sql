-- One row per batch that is asked for: its inspections by result; the parts that failed, in the order of their ids, cut.
select
  count(*)::integer as inspections,
  count(*) filter (f.result = 'pass')::integer as pass,
  count(*) filter (f.result = 'fail')::integer as fail,
  count(*) filter (f.result = 'error')::integer as error,
  max(f.inspected_at) as newest,
  count(distinct f.part) filter (f.result = 'fail')::integer as failing_parts,
  coalesce(list_sort(list(distinct i.id) filter (f.result = 'fail'))[1:$most::integer], []) as failing
from fact.inspections f
left join fact.items i on i.item = f.part
where f.batch = $batch::integer
