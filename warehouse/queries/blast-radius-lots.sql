-- One row per lot (a part, where it has none) with suspect parts that were inspected: how many, and how many failed.
select count(*) as inspected, count(*) filter (f.failed) as failed, p.lot is not null as has_lot
from suspects s
join now.first_inspections f on f.part = s.part
left join now.parts p on p.part = s.part
group by p.lot, case when p.lot is null then s.part end
-- By what they count, not by keys that depend on the order of arrival: floats are summed in this order.
order by inspected, failed, has_lot
