-- One row per ledger entry, field and reason (without the value that was sent): how many rows it kept out.
select seq, field, reason, count(*) as rows
from fact.rejects
group by all
order by seq, rows desc, field, reason
