-- One row per step at which inspectors decided, pass or fail.
select
  nullif(coalesce(i.step, t.step, ''), '') as step,
  count(distinct i.inspector)::integer as inspectors,
  count(*)::integer as decisions,
  count(*) filter (i.verification in ('confirmed', 'rejected'))::integer as reviewed
from now.inspections i
left join now.stations t on t.station = i.station
where i.result in ('pass', 'fail')
group by 1
order by 1
