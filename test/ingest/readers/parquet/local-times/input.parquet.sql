-- one row a part: a time without a zone is the clock on the wall
select 'P1' as part, 'A' as product, timestamp '2024-07-01 12:00:00' as made_at
