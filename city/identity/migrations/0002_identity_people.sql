create schema identity;

-- Units of the city, businesses, and the city itself. Units come from the city profile.
create table identity.organisation (
    id         uuid primary key,
    code       text not null unique,
    kind       text not null check (kind in ('unit', 'business', 'city')),
    form       text not null default '',
    name       jsonb not null,
    short_name jsonb not null,
    phone      text not null default '',
    wards      text[] not null default '{}',
    sample     boolean not null default false
);
comment on table identity.organisation is
    'Bodies people act for: the units that answer reports, businesses, the city itself.';

create table identity.person (
    id         uuid primary key,
    name       text not null default '',
    folded     text not null default '',
    honorific  text not null default '',
    language   text not null default '',
    assurance  smallint not null default 0 check (assurance between 0 and 2),
    sample     boolean not null default false,
    created_at timestamptz not null
);
comment on table identity.person is
    'Everybody who has signed in or works here. Only this schema knows who somebody is.';
create index person_name on identity.person using gin (to_tsvector('simple', folded));

create table identity.contact (
    channel     text not null check (channel in ('sms', 'email')),
    address     text not null,
    person_id   uuid not null references identity.person (id) on delete cascade,
    verified_at timestamptz,
    primary key (channel, address)
);
comment on table identity.contact is
    'Where a person is reached, and what they sign in with: E.164 numbers and e-mail addresses.';
create index contact_person on identity.contact (person_id);

create table identity.grant (
    person_id       uuid not null references identity.person (id) on delete cascade,
    role            text not null check (role in (
        'resident', 'visitor', 'business', 'desk', 'unit', 'leader', 'admin', 'auditor')),
    organisation_id uuid references identity.organisation (id),
    granted_at      timestamptz not null,
    primary key (person_id, role),
    check (role <> 'unit' or organisation_id is not null)
);
comment on table identity.grant is
    'The roles a person holds, each once; a unit officer or a business holds it for one body.';
create index grant_role on identity.grant (role, person_id);

create table identity.session (
    id         uuid primary key,
    person_id  uuid not null references identity.person (id) on delete cascade,
    token_hash bytea not null unique,
    device     text not null default '',
    started_at timestamptz not null,
    seen_at    timestamptz not null,
    ended_at   timestamptz
);
comment on table identity.session is
    'Where people are signed in. The token itself is only in the browser; here is its SHA-256.';
create index session_person on identity.session (person_id) where ended_at is null;

create table identity.code (
    id         uuid primary key,
    channel    text not null check (channel in ('sms', 'email')),
    address    text not null,
    language   text not null,
    counter    bigint not null,
    asked_from text not null,
    asked_at   timestamptz not null,
    expires_at timestamptz not null,
    attempts   smallint not null default 0 check (attempts <= 5),
    used_at    timestamptz
);
comment on table identity.code is
    'One-time codes that were asked for. The digits are derived from the counter, never stored.';

create table identity.pace (
    key   text primary key,
    until timestamptz not null,
    count integer not null
);
comment on table identity.pace is
    'How often codes were asked for, by keyed hash of an address or origin, until when it counts.';

create table identity.access (
    id        uuid primary key,
    actor_id  uuid not null,
    person_id uuid not null references identity.person (id) on delete cascade,
    purpose   text not null,
    about     text not null,
    at        timestamptz not null
);
comment on table identity.access is
    'Who looked at whose identity, why, and about what. Shown to the person and to the auditor.';
create index access_person on identity.access (person_id, at desc);
create index access_at on identity.access (at desc);

create table identity.external_id (
    issuer    text not null,
    subject   text not null,
    person_id uuid not null references identity.person (id) on delete cascade,
    linked_at timestamptz not null,
    primary key (issuer, subject),
    unique (person_id, issuer)
);
comment on table identity.external_id is
    'Who a person is to an identity provider such as VNeID (OpenID Connect issuer and subject).';
