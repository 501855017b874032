-- The order in which events are read: by transaction, for numbers are given before the commit.
-- Events of before have transaction 0, and come first.
alter table kernel.event
    add column seq bigint generated always as identity,
    add column tx xid8 not null default '0';

alter table kernel.event alter column tx set default pg_current_xact_id();

create unique index event_log on kernel.event (tx, seq);
