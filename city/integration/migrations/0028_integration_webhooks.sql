create schema if not exists integration;

-- An address that a program or a developer wants to be told at what happens.
create table integration.webhook (
    id             uuid primary key,
    program_id     uuid references partners.program (id) on delete cascade,
    owner_id       uuid references identity.person (id),
    url            text not null,
    description    text not null default '',
    types          text[] not null,
    -- Empty lets everything through.
    categories     text[] not null default '{}',
    wards          text[] not null default '{}',
    units          text[] not null default '{}',
    statuses       text[] not null default '{}',
    -- Sealed with the city's secret. For a day after a change the former one signs too.
    secret         bytea not null,
    former_secret  bytea,
    former_until   timestamptz,
    paused_at      timestamptz,
    paused_why     text not null default '' check (paused_why in ('', 'owner', 'failing', 'gone')),
    -- Since when nothing has arrived, and until when it is left alone.
    failing_since  timestamptz,
    hold_until     timestamptz,
    holds          integer not null default 0,
    delivered_at   timestamptz,
    made_at        timestamptz not null,
    check (program_id is not null or owner_id is not null)
);
create index webhook_of_program on integration.webhook (program_id);
create index webhook_of_owner on integration.webhook (owner_id);

-- How far the log of events has been handed out.
create table integration.webhook_cursor (
    id       boolean primary key default true check (id),
    position text not null
);
insert into integration.webhook_cursor (position) values ('');

-- What is sent, once for all who get it.
create table integration.webhook_body (
    id       uuid primary key,
    event_id uuid not null,
    type     text not null,
    subject  text not null,
    body     text not null,
    made_at  timestamptz not null
);
create index webhook_body_age on integration.webhook_body (made_at);

-- One thing for one address. The numbers are the order in which an address gets what is about the same subject.
create table integration.webhook_delivery (
    id          bigint generated always as identity primary key,
    webhook_id  uuid not null references integration.webhook (id) on delete cascade,
    body_id     uuid not null references integration.webhook_body (id),
    subject     text not null,
    state       text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    replay      boolean not null default false,
    made_at     timestamptz not null,
    due_at      timestamptz not null,
    -- Who is sending it now, and until when that counts.
    lease       uuid,
    lease_until timestamptz,
    attempts    smallint not null default 0,
    status      smallint,
    ms          integer,
    tries       jsonb not null default '[]',
    settled_at  timestamptz
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
create index webhook_delivery_due on integration.webhook_delivery (webhook_id, due_at, id)
    where state = 'waiting';
create index webhook_delivery_turn on integration.webhook_delivery (webhook_id, subject, id)
    where state = 'waiting';
create index webhook_delivery_log on integration.webhook_delivery (webhook_id, id desc);
create index webhook_delivery_body on integration.webhook_delivery (body_id);
create index webhook_delivery_age on integration.webhook_delivery (made_at);

comment on table integration.webhook is 'Where programs want to be told what happens';
comment on table integration.webhook_cursor is 'How far the log of events has been handed out';
comment on table integration.webhook_body is 'What is sent to webhooks';
comment on table integration.webhook_delivery is 'What became of it at each address, for 30 days';
