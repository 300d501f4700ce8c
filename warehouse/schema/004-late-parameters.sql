-- One row per step and parameter that has a value in fact.cells: only these need more than the step's wide table.
create table fact.late_parameters as select distinct step, parameter from fact.cells;
