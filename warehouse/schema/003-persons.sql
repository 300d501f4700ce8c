-- A rejected row as it was sent may name a person: it stays in the archive, and so does the value in a reason.
alter table fact.rejects drop column "row";
update fact.rejects set reason = regexp_replace(reason, ': ".*"$', '', 's');
