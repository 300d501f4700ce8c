-- One row per file, table, field and kind of reason: how many rows are still rejected, and how many a later try took in.
with tried as (
  select unnest($roots::integer[]) as root, unnest($latest::integer[]) as latest
),
rejected as (
  select t.root, r.seq = t.latest as is_open, r."table", r.line, r.field, reject_kind(r.reason) as kind
  from fact.rejects r
  join tried t on r.seq in (t.root, t.latest)
),
still as (
  from rejected where is_open
),
taken as (
  from rejected r
  where not is_open and not exists (
    from still s where s.root = r.root and s."table" = r."table" and s.line is not distinct from r.line
  )
)
select root, "table", field, kind,
  count(distinct line) filter (is_open) + count(*) filter (is_open and line is null) as waiting,
  count(distinct line) filter (not is_open) + count(*) filter (not is_open and line is null) as replayed,
  min(line) filter (is_open) as line
from (from still union all from taken)
group by all
order by root, "table", field, kind
