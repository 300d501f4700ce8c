-- One row (of nulls where there is none): the time of the newest reading of a parameter at a station, with microseconds, in UTC.
select strftime(max("at") at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') as "at"
from now.readings
where station = $station and "parameter" = $parameter
