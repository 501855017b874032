-- A program that acts for itself and for no person, as its owner registered it.
create table partners.program (
    id          uuid primary key,
    code        text not null unique,
    name        text not null,
    purpose     text not null,
    contact     text not null,
    run_by      text not null default '',
    owner_id    uuid references identity.person (id),
    state       text not null check (state in ('active', 'suspended')),
    scopes      text[] not null,
    asked       text[] not null default '{}',
    asked_why   text not null default '',
    a_minute    integer not null check (a_minute > 0),
    a_day       integer not null check (a_day > 0),
    writes_a_day integer not null check (writes_a_day >= 0),
    fingerprint text not null default '',
    sample      boolean not null default false,
    made_at     timestamptz not null,
    changed_at  timestamptz not null
);
comment on column partners.program.fingerprint is
    'SHA-256 of its certificate in hexadecimal; with one, its keys are taken from nobody else.';
create index program_owner on partners.program (owner_id);

-- Its keys, kept as SHA-256 only. `prefix` is what may be read of one, to tell them apart.
create table partners.program_key (
    id           uuid primary key,
    program_id   uuid not null references partners.program (id) on delete cascade,
    hash         bytea not null unique,
    prefix       text not null,
    name         text not null,
    made_at      timestamptz not null,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index program_key_program on partners.program_key (program_id);

-- Access tokens that a program got for one of its keys (RFC 6749 §4.4); they die with the key.
create table partners.program_token (
    hash   bytea primary key,
    key_id uuid not null references partners.program_key (id) on delete cascade,
    scopes text[] not null,
    until  timestamptz not null
);
create index program_token_until on partners.program_token (until);
create index program_token_key on partners.program_token (key_id);

-- What a program did, hour by hour and by how it was answered.
create table partners.program_usage (
    program_id uuid not null references partners.program (id) on delete cascade,
    hour       timestamptz not null,
    status     smallint not null,
    requests   bigint not null,
    writes     bigint not null,
    bytes      bigint not null,
    primary key (program_id, hour, status)
);
create index program_usage_hour on partners.program_usage (hour);

-- Who decided what about a program, in which words.
create table partners.program_entry (
    id         uuid primary key,
    program_id uuid not null references partners.program (id) on delete cascade,
    actor_id   uuid,
    actor_name text not null,
    what       text not null,
    note       text not null default '',
    at         timestamptz not null
);
create index program_entry_program on partners.program_entry (program_id, id desc);

-- How much is left of each limit by the minute, so that all processes of the city share it. It is
-- worth nothing after a minute, so it needs no log to survive a crash. Addresses are not kept:
-- `key` has a keyed hash of them.
create unlogged table partners.bucket (
    key   text primary key,
    most  double precision not null,
    level double precision not null,
    at    timestamptz not null
);
create index bucket_at on partners.bucket (at);
