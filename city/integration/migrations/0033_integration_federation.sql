create schema if not exists integration;

-- What another system has said of a case, each thing once, however often it comes. The source is
-- the program that told us, or the destination that we asked.
create table integration.update_received (
    source      text not null,
    update_id   text not null,
    case_id     uuid not null,
    ours        text not null,
    status      text not null,
    said_at     timestamptz not null,
    outcome     text not null,
    received_at timestamptz not null,
    primary key (source, update_id)
);

create index update_received_of on integration.update_received (case_id, source, said_at);

-- Another city's Open311 server, and what is handed over to it. The key is sealed.
create table integration.destination (
    code            text primary key,
    name            text not null,
    url             text not null,
    jurisdiction_id text not null default '',
    api_key         bytea,
    form            text not null check (form in ('json', 'xml')),
    language        text not null,
    state           text not null check (state in ('test', 'live', 'paused')),
    moment          text not null check (moment in ('accept', 'route')),
    trusted         boolean not null default false,
    -- Our categories and their codes of them; their attributes and what we fill them with.
    categories      jsonb not null default '{}',
    attributes      jsonb not null default '{}',
    -- Empty: all of the city.
    wards           text[] not null default '{}',
    version         integer not null default 1,
    -- Whether they tell updates; null while nobody has asked. How far they have been read.
    tells_updates   boolean,
    read_until      timestamptz,
    asked_at        timestamptz,
    fault           jsonb,
    made_at         timestamptz not null,
    changed_at      timestamptz not null
);

-- A case that is handed over, once to each destination. maybe_there: a request has been sent of
-- which it is not known whether it arrived, so they are asked before it is sent again.
create table integration.sending (
    id           uuid primary key,
    destination  text not null references integration.destination,
    case_id      uuid not null,
    ref          text not null,
    state        text not null check (state in ('trial', 'waiting', 'token', 'sent', 'dead', 'given_up')),
    edits        jsonb not null default '{}',
    attempts     smallint not null default 0,
    maybe_there  boolean not null default false,
    begun_at     timestamptz,
    due_at       timestamptz not null,
    lease        uuid,
    lease_until  timestamptz,
    token        text not null default '',
    their_id     text not null default '',
    their_status text not null default '',
    their_at     timestamptz,
    asked_at     timestamptz,
    fault        jsonb,
    their_words  text not null default '',
    made_at      timestamptz not null,
    sent_at      timestamptz,
    unique (destination, case_id)
);

create index sending_due on integration.sending (due_at) where state in ('waiting', 'token');
create index sending_of on integration.sending (destination, made_at desc);
create index sending_theirs on integration.sending (destination, their_id) where their_id <> '';
create index sending_case on integration.sending (case_id);

comment on table integration.update_received is 'What other systems have said of cases';
comment on table integration.destination is 'Other cities that cases are handed over to';
comment on table integration.sending is 'What became of each case that was handed over';
