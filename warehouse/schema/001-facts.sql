-- Facts as they arrived, append-only. Ids of parts and lots are dense integers (see items); everything else is as sent.
-- `later` marks a row whose natural key had arrived before: only such keys need their versions compared.
create schema fact;
create schema now;

-- One row: how far this database has projected the ledger.
create table applied (seq integer not null, batch integer not null, hash varchar not null);
insert into applied values (0, 0, '');

-- One row per batch of accepted rows.
create table fact.batches (
  batch integer, seq integer, "at" timestamptz, source varchar, digest varchar, accepted integer, rejected integer
);

-- One row per part or lot that any row has named, in the order in which they were first named.
create table fact.items (item integer, kind varchar, id varchar, batch integer);

-- One row per wide table of a step ('' = measurements that name no step), and per column of such a table.
create table fact.step_tables (step_table integer, step varchar, batch integer);
create table fact.step_columns (step_table integer, position integer, parameter varchar, batch integer);

-- One row per single measured value that came later than its wide row, or is a text or a limit (qualifier).
create table fact.cells (
  part integer,
  step varchar,
  run integer,
  parameter varchar,
  value double,
  text_value varchar,
  qualifier varchar,
  measured_at timestamptz,
  recorded_at timestamptz,
  batch integer,
  ordinal integer
);

-- One row per field that kept a row out.
create table fact.rejects (
  seq integer, batch integer, source varchar, "table" varchar, line integer, field varchar, reason varchar, "row" json
);

-- One row per decision: proposals, approvals, deliveries, keys.
create table fact.decisions (seq integer, "at" timestamptz, kind varchar, body json);

create table fact.products (
  product varchar,
  opportunities double,
  cost double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.work_orders (
  work_order varchar,
  product varchar,
  quantity double,
  due_at timestamptz,
  status varchar,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.lots (
  lot integer,
  material varchar,
  supplier varchar,
  "kind" varchar,
  made_at timestamptz,
  quantity double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.parts (
  part integer,
  product varchar,
  work_order varchar,
  lot integer,
  made_at timestamptz,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.genealogy (
  parent integer,
  parent_kind varchar,
  child integer,
  child_kind varchar,
  consumed_at timestamptz,
  quantity double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.movements (
  "kind" varchar,
  id integer,
  "at" timestamptz,
  location varchar,
  status varchar,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.stations (
  station varchar,
  line varchar,
  "step" varchar,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.shifts (
  shift varchar,
  crew varchar,
  starts_at timestamptz,
  ends_at timestamptz,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.operations (
  part integer,
  lot integer,
  work_order varchar,
  "step" varchar,
  run integer,
  station varchar,
  tool varchar,
  cavity varchar,
  operator varchar,
  program varchar,
  started_at timestamptz,
  ended_at timestamptz,
  report_kind varchar,
  quantity_good double,
  quantity_rejected double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.events (
  station varchar,
  "at" timestamptz,
  "kind" varchar,
  "text" varchar,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.parameters (
  "parameter" varchar,
  "step" varchar,
  product varchar,
  unit varchar,
  branch varchar,
  lsl double,
  target double,
  usl double,
  guard_band double,
  valid_from timestamptz,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.readings (
  station varchar,
  "parameter" varchar,
  "at" timestamptz,
  "value" double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.inspections (
  inspection varchar,
  part integer,
  inspected_at timestamptz,
  "step" varchar,
  station varchar,
  inspector varchar,
  "result" varchar,
  confidence double,
  image varchar,
  verification varchar,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.defects (
  inspection varchar,
  defect varchar,
  severity double,
  confidence double,
  x double,
  y double,
  width double,
  height double,
  view varchar,
  n integer,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.tallies (
  lot integer,
  "step" varchar,
  "at" timestamptz,
  inspected integer,
  rejected integer,
  reworked integer,
  defect varchar,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);

create table fact.defect_codes (
  defect varchar,
  "group" varchar,
  severity_weight double,
  cost double,
  recorded_at timestamptz,
  batch integer,
  ordinal integer,
  later boolean
);
