-- What people decide about themselves: who may act for them, what shows who they are, what was
-- wrong about a look at their data, taking their data away, and going.

alter table identity.grant drop constraint grant_role_check;
alter table identity.grant add constraint grant_role_check check (role in (
    'resident', 'visitor', 'business', 'desk', 'unit', 'leader', 'admin', 'auditor', 'helper'));

alter table identity.person
    add column helpers_refused boolean not null default false,
    add column forgotten_at    timestamptz;

-- When the person last proved that it is them, by a code or by VNeID.
alter table identity.session add column proven_at timestamptz;

alter table identity.code
    add column purpose text not null default 'sign-in'
        check (purpose in ('sign-in', 'contact', 'again', 'help')),
    add column about jsonb not null default '{}';

alter table identity.access
    alter column actor_id drop not null,
    add column kind text not null default 'look' check (kind in ('look', 'code', 'help', 'partner')),
    -- Of a partner's application; of a person only when they are forgotten themselves.
    add column actor_name text not null default '';
create index access_actor on identity.access (actor_id);

create table identity.concern (
    id         uuid primary key,
    access_id  uuid not null unique references identity.access (id) on delete cascade,
    person_id  uuid not null references identity.person (id) on delete cascade,
    text       text not null,
    raised_at  timestamptz not null,
    answer     text not null default '',
    settled_at timestamptz,
    settled_by uuid
);
comment on table identity.concern is
    'What people say was wrong about a look at their data, and what the auditor answered.';
create index concern_open on identity.concern (raised_at) where settled_at is null;
create index concern_person on identity.concern (person_id);

create table identity.acting (
    id         uuid primary key,
    helper_id  uuid not null references identity.person (id),
    -- No reference: sessions are removed when they are long over, this stays.
    session_id uuid not null,
    code_id    uuid,
    person_id  uuid references identity.person (id),
    name       text not null default '',
    purpose    text not null,
    minutes    smallint not null check (minutes between 1 and 60),
    proof      text check (proof in ('code', 'qr', 'card')),
    asked_at   timestamptz not null,
    begun_at   timestamptz,
    until_at   timestamptz,
    ended_at   timestamptz,
    check ((begun_at is null) = (person_id is null))
);
comment on table identity.acting is
    'Helpers acting for people, with their consent proven, for a purpose and a time.';
create index acting_session on identity.acting (session_id)
    where begun_at is not null and ended_at is null;
create index acting_person on identity.acting (person_id, begun_at desc);
create index acting_helper on identity.acting (helper_id, asked_at desc);

create table identity.card (
    id         uuid primary key,
    number     text not null unique,
    person_id  uuid not null references identity.person (id) on delete cascade,
    issued_at  timestamptz not null,
    issued_by  uuid not null,
    until_at   timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid
);
comment on table identity.card is
    'Printed cards that show who somebody is, for people without a phone. Each can be revoked.';
create index card_person on identity.card (person_id);

create table identity.takeout (
    id        uuid primary key,
    person_id uuid not null references identity.person (id) on delete cascade,
    asked_at  timestamptz not null,
    ready_at  timestamptz,
    until_at  timestamptz,
    file      text not null default '',
    bytes     bigint not null default 0
);
comment on table identity.takeout is
    'Copies of everything kept about a person, made when they ask and kept for a week.';
create unique index takeout_waiting on identity.takeout (person_id) where ready_at is null;
create index takeout_person on identity.takeout (person_id, asked_at desc);

create table identity.farewell (
    person_id uuid primary key references identity.person (id),
    asked_at  timestamptz not null,
    due_at    timestamptz not null,
    begun_at  timestamptz,
    done_at   timestamptz,
    held      boolean not null default false
);
comment on table identity.farewell is
    'Who wants to be forgotten and when, and what became of it.';
create index farewell_due on identity.farewell (due_at) where done_at is null or held;
