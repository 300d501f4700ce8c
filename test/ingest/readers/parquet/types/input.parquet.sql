-- one row a part: numbers, texts, times with and without a zone, nulls
select * from (values
  ('00123', 'A', 9007199254740993, timestamptz '2024-03-05 06:00:00+00', 12.50::decimal(10, 2)),
  ('P2', 'A', null, null, null),
  ('P3', null, 1, timestamptz '2024-03-05 06:00:00+00', 1.00::decimal(10, 2))
) as parts (part, product, lot, made_at, price)
