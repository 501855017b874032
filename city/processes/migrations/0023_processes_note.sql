-- What is new in a version, written while it is still a draft.
alter table processes.draft add column note text not null default '';
