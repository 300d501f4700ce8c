-- One row per part, step and sensor: the mean of its readings while the part was in the station.
select v.part, v.step, r.parameter, avg(r.value) as value
from now.operations v
join now.readings r on r.station = v.station and r.at >= v.started_at and r.at <= v.ended_at
where v.part is not null and v.run = 1
group by v.part, v.step, r.parameter
