-- One row per field of a ledger entry that kept a row out.
select source, "table", line, field, reason, "row"::varchar as "row"
from fact.rejects
where seq = $seq::integer
order by line nulls first, "table", field, reason
