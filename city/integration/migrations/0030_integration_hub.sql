create schema if not exists integration;

-- A system of somebody else that the city exchanges data with. What an administrator changed
-- (`edited`) a later profile leaves alone. `program_id`: whose key speaks for it.
create table integration.hub_system (
    code        text primary key,
    rank        integer not null,
    name        jsonb not null,
    owner       jsonb not null,
    purpose     jsonb not null,
    document    text not null,
    allows      jsonb not null,
    contact     text not null,
    direction   text not null check (direction in ('in', 'out', 'both')),
    connector   text not null check (connector in ('rest-pull', 'rest-push', 'inbound', 'none')),
    kind        text not null,
    address     text not null,
    state       text not null check (state in ('planned', 'test', 'live', 'stopped')),
    simulated   boolean not null,
    program_id  uuid,
    edited      boolean not null default false,
    version     integer not null default 1,
    bookmark    text not null default '',
    checked_at  timestamptz,
    seen_at     timestamptz,
    latency_ms  integer,
    fault       text not null default ''
);

-- What a look at a system found; kept for a week.
create table integration.hub_check (
    system     text not null references integration.hub_system,
    at         timestamptz not null,
    latency_ms integer not null,
    fault      text not null,
    primary key (system, at)
);

-- What may be exchanged with a system: which fields of which kind of message, why, how often, how long.
create table integration.hub_contract (
    id            uuid primary key,
    number        integer not null generated always as identity unique,
    system        text not null references integration.hub_system,
    kind          text not null,
    direction     text not null check (direction in ('in', 'out')),
    fields        jsonb not null,
    purpose       text not null,
    legal_basis   text not null,
    valid_from    date not null,
    valid_to      date not null check (valid_to >= valid_from),
    quota_a_day   integer not null check (quota_a_day > 0),
    keep_days     integer not null check (keep_days between 0 and 3650),
    state         text not null check (state in ('draft', 'approved', 'ended')),
    drafted_at    timestamptz not null,
    drafted_by    uuid,
    drafted_name  text not null,
    approved_at   timestamptz,
    approved_by   uuid,
    approved_name text not null default '',
    ended_at      timestamptz,
    ended_name    text not null default '',
    check (state = 'draft' or approved_by is null or approved_by <> drafted_by)
);

create unique index hub_contract_in_force on integration.hub_contract (system, kind, direction) where state = 'approved';

-- How many exchanges a contract has had on a day of the city.
create table integration.hub_use (
    contract_id uuid not null references integration.hub_contract,
    day         date not null,
    exchanges   integer not null,
    primary key (contract_id, day)
);

-- Which field of a message becomes which: a version once published is never changed.
create table integration.hub_mapping (
    system     text not null references integration.hub_system,
    kind       text not null,
    version    integer not null,
    rules      jsonb not null,
    note       text not null,
    made_at    timestamptz not null,
    made_by    uuid,
    made_name  text not null,
    primary key (system, kind, version)
);

-- A message in either direction. `body` is sealed, and gone after `keep_until`; the row stays, so
-- that the same message is known again.
create table integration.hub_message (
    id          uuid primary key,
    system      text not null references integration.hub_system,
    kind        text not null,
    direction   text not null check (direction in ('in', 'out')),
    contract_id uuid not null references integration.hub_contract,
    external_id text not null,
    digest      text not null,
    media_type  text not null,
    mapping     integer not null,
    state       text not null check (state in ('waiting', 'done', 'dead')),
    attempts    integer not null default 0,
    made_at     timestamptz not null,
    settled_at  timestamptz,
    fault       text not null default '',
    results     jsonb not null default '[]',
    body        bytea,
    keep_until  timestamptz not null,
    unique (system, direction, kind, external_id)
);

create index hub_message_of_system on integration.hub_message (system, made_at);
create index hub_message_dead on integration.hub_message (made_at) where state = 'dead';
create index hub_message_kept on integration.hub_message (keep_until) where body is not null;

-- The latest that a system has said about one of its things; `case_ref` is what the city made of it.
create table integration.hub_record (
    system     text not null references integration.hub_system,
    kind       text not null,
    key        text not null,
    body       bytea,
    case_ref   text,
    message_id uuid not null,
    changed_at timestamptz not null,
    keep_until timestamptz not null,
    primary key (system, kind, key)
);

create index hub_record_kept on integration.hub_record (keep_until) where body is not null;

-- Exchanges that have been written down and wait to be put into the chain, which takes a second.
create table integration.hub_entry_new (
    id         bigint generated always as identity primary key,
    at         timestamptz not null,
    message_id uuid not null,
    system     text not null,
    kind       text not null,
    contract   integer,
    direction  text not null,
    size       integer not null,
    digest     text not null,
    outcome    text not null,
    ms         integer not null
);

-- The log of exchanges: the hash of each entry covers the one before it. Never changed, never
-- shortened; it holds no personal data.
create table integration.hub_entry (
    seq        bigint primary key,
    at         timestamptz not null,
    message_id uuid not null,
    system     text not null,
    kind       text not null,
    contract   integer,
    direction  text not null,
    size       integer not null,
    digest     text not null,
    outcome    text not null,
    ms         integer not null,
    hash       text not null
);

create index hub_entry_of_system on integration.hub_entry (system, seq);
create index hub_entry_of_message on integration.hub_entry (message_id);

-- The city's signature (a JWS) under the log up to an entry.
create table integration.hub_checkpoint (
    seq       bigint primary key references integration.hub_entry,
    at        timestamptz not null,
    signature text not null
);
