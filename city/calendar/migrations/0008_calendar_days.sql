create schema calendar;

-- What was declared of a day, who did so and when: append-only, the highest version of a date is in
-- force. 'usual' takes a declaration back. A working day has intervals of its own (minutes of the
-- local day), those of another weekday (alike, 1 is Monday), or the usual ones.
create table calendar.day (
    date          date not null,
    version       integer not null check (version > 0),
    kind          text not null check (kind in ('off', 'work', 'usual')),
    intervals     jsonb not null,
    alike         smallint check (alike between 1 and 7),
    note          jsonb not null,
    decree        text not null,
    declared_by   uuid,
    declared_name text not null,
    declared_at   timestamptz not null,
    primary key (date, version)
);

create index on calendar.day (declared_at desc);
