create schema partners;

-- An application of somebody else's, as its developer registered it.
create table partners.application (
    id           uuid primary key,
    code         text not null unique,
    name         jsonb not null,
    summary      jsonb not null,
    run_by       text not null,
    contact      text not null,
    owner_id     uuid references identity.person (id),
    state        text not null check (state in ('test', 'asked', 'published', 'suspended')),
    mode         text not null check (mode in ('frame', 'link')),
    home_url     text not null,
    redirect_uris text[] not null,
    scopes       text[] not null,
    public       boolean not null,
    secret_hash  bytea,
    sector       text not null,
    alg          text not null check (alg in ('ES256', 'RS256')),
    sample       boolean not null default false,
    made_at      timestamptz not null,
    changed_at   timestamptz not null
);
comment on column partners.application.sector is
    'What a person''s pairwise subject is made for: two applications of one sector see the same one.';
create index application_owner on partners.application (owner_id);
create index application_state on partners.application (state);

-- Who may try an application that is not published yet, besides its developer.
create table partners.tester (
    application_id uuid not null references partners.application (id) on delete cascade,
    person_id      uuid not null,
    since          timestamptz not null,
    primary key (application_id, person_id)
);
create index tester_person on partners.tester (person_id);

-- Every decision about an application, or about all of them: who, what, in which words.
create table partners.journal (
    id             uuid primary key,
    application_id uuid references partners.application (id),
    actor_id       uuid,
    actor_name     text not null,
    what           text not null,
    note           text not null default '',
    at             timestamptz not null
);
create index journal_application on partners.journal (application_id, id desc);

-- What a person lets an application know or do. Withdrawn: the row is gone.
create table partners.consent (
    application_id uuid not null references partners.application (id) on delete cascade,
    person_id      uuid not null,
    scopes         text[] not null,
    ward           text not null default '',
    since          timestamptz not null,
    changed_at     timestamptz not null,
    last_used_at   timestamptz,
    primary key (application_id, person_id)
);
create index consent_person on partners.consent (person_id);

-- One sign-in of a person into an application, with the code that began it. Codes and tokens are
-- kept as SHA-256 only.
create table partners.sign_in (
    id             uuid primary key,
    application_id uuid not null references partners.application (id) on delete cascade,
    person_id      uuid not null,
    scopes         text[] not null,
    code_hash      bytea not null unique,
    code_until     timestamptz not null,
    code_used_at   timestamptz,
    redirect_uri   text not null,
    challenge      text not null,
    nonce          text not null,
    acr            text not null,
    signed_in_at   timestamptz not null,
    begun_at       timestamptz not null,
    ended_at       timestamptz
);
create index sign_in_person on partners.sign_in (person_id, application_id) where ended_at is null;
create index sign_in_begun on partners.sign_in (begun_at);

create table partners.token (
    hash       bytea primary key,
    sign_in_id uuid not null references partners.sign_in (id) on delete cascade,
    kind       text not null check (kind in ('access', 'refresh')),
    scopes     text[] not null,
    until      timestamptz not null,
    used_at    timestamptz
);
create index token_sign_in on partners.token (sign_in_id);
create index token_until on partners.token (until);

-- Something an application would like to be paid for. Money moves in another room.
create table partners.intent (
    id             uuid primary key,
    application_id uuid not null references partners.application (id),
    person_id      uuid not null,
    amount         bigint not null check (amount > 0),
    currency       text not null,
    reference      text not null,
    text           text not null,
    state          text not null check (state in ('created')),
    made_at        timestamptz not null,
    unique (application_id, person_id, reference)
);
create index intent_person on partners.intent (person_id);

-- What an application told a person, to be counted: so many a day and no more.
create table partners.notice (
    id             uuid primary key,
    application_id uuid not null references partners.application (id) on delete cascade,
    person_id      uuid not null,
    title          text not null,
    at             timestamptz not null
);
create index notice_person on partners.notice (person_id, application_id, at desc);
