-- How the image of an inspection looked to whoever judged it: light, optics and focus change too.
alter table fact.inspections add column brightness double;
alter table fact.inspections add column contrast double;
alter table fact.inspections add column sharpness double;
