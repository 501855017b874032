-- Commands: storms, floods, festivals, epidemics. Each is a case, led by one person at a time.
-- wake_at is when the city next says that the situation report is late; rung counts how often it
-- has said so of this one. Every change is an entry of command_log, whose hashes form a chain that
-- ends here (head_seq, head_hash).
create table cases.command (
    case_id            uuid primary key references cases.case,
    ref                text not null unique,
    definition         text not null,
    definition_version integer not null,
    name               text not null check (length(name) between 1 and 200),
    place              text not null default '',
    wards              text[] not null default '{}',
    drill              boolean not null default false,
    sample             boolean not null default false,
    commander_id       uuid not null,
    commander_name     text not null,
    sitrep_minutes     integer not null check (sitrep_minutes between 5 and 1440),
    began_at           timestamptz not null,
    next_sitrep_at     timestamptz,
    sitreps            integer not null default 0,
    wake_at            timestamptz,
    rung               integer not null default 0,
    ended_at           timestamptz,
    head_seq           integer not null default 1,
    head_hash          text not null,
    check (ended_at is null or (next_sitrep_at is null and wake_at is null))
);
create index command_running on cases.command (began_at desc) where ended_at is null;
create index command_ended on cases.command (ended_at desc) where ended_at is not null;

-- What is to be done in a command. title is by language; from_checklist is its line in the process
-- definition, or null. wake_at: when it will be late and nobody has been told; version is compared
-- when it is changed.
create table cases.task (
    id             uuid primary key,
    case_id        uuid not null references cases.command,
    title          jsonb not null,
    owner_unit     uuid,
    owner_name     text not null default '',
    due_at         timestamptz,
    state          text not null default 'open' check (state in ('open', 'doing', 'done', 'dropped')),
    note           text not null default '',
    from_checklist integer,
    wake_at        timestamptz,
    created_at     timestamptz not null,
    created_name   text not null default '',
    changed_at     timestamptz not null,
    changed_by     uuid,
    changed_name   text not null default '',
    version        integer not null default 1,
    check (state <> 'dropped' or note <> ''),
    check (wake_at is null or state in ('open', 'doing'))
);
create index task_of_command on cases.task (case_id, due_at);
create index task_wake on cases.task (case_id, wake_at) where wake_at is not null;
create index task_of_unit on cases.task (owner_unit, case_id) where owner_unit is not null;

-- Situation reports, numbered from 1 in each command. figures: the tasks as they stood then.
create table cases.sitrep (
    case_id    uuid not null references cases.command,
    number     integer not null,
    at         timestamptz not null,
    due_at     timestamptz,
    actor_id   uuid,
    actor_name text not null,
    situation  text not null check (length(situation) between 1 and 4000),
    done       text not null default '',
    next       text not null default '',
    needs      text not null default '',
    figures    jsonb not null,
    primary key (case_id, number)
);

-- What has happened in a command, for ever. Only ever inserted.
create table cases.command_log (
    case_id    uuid not null references cases.command,
    seq        integer not null,
    kind       text not null,
    at         timestamptz not null,
    actor_id   uuid,
    actor_name text not null default '',
    text       text not null default '',
    facts      jsonb not null default '{}',
    hash       text not null,
    primary key (case_id, seq)
);
