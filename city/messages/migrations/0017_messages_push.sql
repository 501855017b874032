-- A browser that may be told things while it is closed. `ikm` is a secret as a password is: whoever
-- has it can say what only the city should; it is never exported, logged or shown.
create table messages.push_subscription (
    id           uuid primary key,
    person_id    uuid not null references identity.person,
    session_id   uuid not null,
    endpoint     text not null unique,
    origin       text not null,
    p256dh       bytea not null,
    auth         bytea not null,
    ikm          bytea not null,
    generation   integer not null,
    language     text not null,
    platform     text not null,
    expires_at   timestamptz,
    created_at   timestamptz not null,
    confirmed_at timestamptz not null
);

create index push_subscription_of_person on messages.push_subscription (person_id);

-- What a person wants to be told on their devices; who has no row here goes by the defaults.
-- Quiet hours are minutes of the city's day; warnings: 1 minor, 2 moderate, 3 severe, 4 extreme.
create table messages.push_choice (
    person_id  uuid primary key references identity.person,
    mine       boolean not null,
    questions  boolean not null,
    warnings   smallint not null check (warnings between 1 and 4),
    wards      text[] not null,
    categories text[] not null,
    quiet_from smallint check (quiet_from between 0 and 1439),
    quiet_to   smallint check (quiet_to between 0 and 1439),
    changed_at timestamptz not null,
    check ((quiet_from is null) = (quiet_to is null))
);

-- One thing to be pushed: to the devices of one person, or to everybody in an audience.
create table messages.push (
    id         uuid primary key,
    person_id  uuid references identity.person,
    topic      text not null check (topic in ('mine', 'followed', 'warnings', 'questions')),
    words      jsonb not null,
    link       text not null,
    urgent     boolean not null,
    replaces   text not null,
    severity   smallint not null,
    wards      text[] not null,
    categories text[] not null,
    asked_at   timestamptz not null,
    expires_at timestamptz not null
);

create index push_oldest on messages.push (asked_at);

-- One push to one device. `settled` says how it ended: sent, refused or expired; those of a device that is gone go with it.
create table messages.push_delivery (
    push_id         uuid not null references messages.push on delete cascade,
    subscription_id uuid not null references messages.push_subscription on delete cascade,
    id              uuid not null unique default gen_random_uuid(),
    due_at          timestamptz not null,
    attempts        smallint not null default 0,
    settled         text check (settled in ('sent', 'refused', 'expired')),
    answer          smallint,
    settled_at      timestamptz,
    confirmed_at    timestamptz,
    primary key (push_id, subscription_id)
);

create index push_delivery_of_subscription on messages.push_delivery (subscription_id);

-- Until when a push service has asked to be left alone.
create table messages.push_origin (
    origin     text primary key,
    wait_until timestamptz not null
);

-- How many devices were found to be gone, for the figures of reach.
create table messages.push_pruned (
    day      date not null,
    platform text not null,
    count    integer not null,
    primary key (day, platform)
);

-- The devices of the simulated push service, in a sample city only: it can read what it gets.
create table messages.simulated_device (
    token       text primary key,
    private_key bytea not null,
    auth        bytea not null,
    answer      smallint not null default 201,
    retry_after integer not null default 0,
    made_at     timestamptz not null
);

alter table messages.simulated drop constraint simulated_channel_check;
alter table messages.simulated add constraint simulated_channel_check
    check (channel in ('email', 'sms', 'push'));
