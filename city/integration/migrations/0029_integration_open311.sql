create schema if not exists integration;

-- Which report came from which program, by Open311.
create table integration.request (
    report_ref   text primary key,
    program_id   uuid,
    program_name text not null,
    -- What the program chose, so that the same report sent again is the same report.
    client_key   text,
    media_url    text not null default '',
    -- Why what is at that address could not be fetched: an English sentence and what fills it.
    media_fault  jsonb,
    sent_at      timestamptz not null
);

create unique index request_once on integration.request (program_id, client_key)
    where client_key is not null;

-- Who told a program of it, as they said. Nobody's account is looked for, and it goes after a year.
create table integration.sender (
    report_ref text primary key references integration.request (report_ref) on delete cascade,
    first_name text not null,
    last_name  text not null,
    email      text not null,
    phone      text not null,
    device_id  text not null,
    account_id text not null,
    sent_at    timestamptz not null
);

create index sender_age on integration.sender (sent_at);

-- Who of the city looked at that, and why. It stays when the sender is forgotten.
create table integration.sender_look (
    id         uuid primary key,
    report_ref text not null references integration.request (report_ref) on delete cascade,
    actor_id   uuid,
    actor_name text not null,
    purpose    text not null,
    at         timestamptz not null
);

create index sender_look_of on integration.sender_look (report_ref, at desc);
create index sender_look_by on integration.sender_look (actor_id) where actor_id is not null;

comment on table integration.request is 'Which report came from which program by Open311';
comment on table integration.sender is 'Who told a program of a report, as they said';
comment on table integration.sender_look is 'Who of the city looked at a sender, and why';
