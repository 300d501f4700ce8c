-- One row of all that is in the hands of the plant and would be stopped: what it is worth where products have a cost.
select count(*) as parts, count(d.cost) as priced, sum(d.cost order by d.cost) as cost
from suspect_told t
left join now.parts p on p.part = t.part
left join now.products d on d.product = p.product
where t.last."where" in ('in-process', 'stock', 'quarantine')
