-- One row per word of a reviewer on an inspection: whether its verdict holds. `sampled` is the probability with which a
-- queue offered it; null where somebody chose it.
create table fact.reviews (
  inspection varchar,
  reviewer varchar,
  verdict varchar,
  defect varchar,
  reason varchar,
  reviewed_at timestamptz,
  sampled double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);
