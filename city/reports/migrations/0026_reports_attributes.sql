-- What was answered to the questions of the category, by the code of the question. A report that
-- is sorted into another category keeps them.
alter table reports.report add column attributes jsonb not null default '{}';
