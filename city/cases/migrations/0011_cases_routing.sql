-- Who gets a case: rules that a city writes, looked at in the order of their rank. Codes of
-- categories, wards and units are not foreign keys: what is gone makes a rule faulty, not lost.
-- An empty list asks for nothing. starts and ends are minutes after midnight, local time.
create table cases.rule (
    id         uuid primary key,
    rank       integer not null,
    name       text not null check (length(name) between 1 and 120),
    categories text[] not null default '{}',
    groups     text[] not null default '{}',
    wards      text[] not null default '{}',
    keywords   text[] not null default '{}',
    sources    text[] not null default '{}',
    processes  text[] not null default '{}',
    hours      text not null default 'any' check (hours in ('any', 'working', 'outside', 'window')),
    starts     integer check (starts between 0 and 1439),
    ends       integer check (ends between 0 and 1439),
    weekdays   smallint[] not null default '{}',
    lead       text not null default '',
    coop       text[] not null default '{}',
    also       boolean not null default false,
    automatic  boolean not null default false,
    note       text not null default '' check (length(note) <= 1000),
    enabled    boolean not null default true,
    version    integer not null default 1,
    changed_at timestamptz not null,
    changed_by text not null default '',
    check ((hours = 'window') = (starts is not null and ends is not null))
);

-- Every change of a rule, for ever: only ever inserted. `rule` is how it stood after the change,
-- or before it when it was removed; it has no foreign key, for it outlives the rule.
create table cases.rule_change (
    id         uuid primary key,
    rule_id    uuid not null,
    what       text not null check (what in ('add', 'change', 'enable', 'disable', 'move', 'remove')),
    at         timestamptz not null,
    actor_id   uuid,
    actor_name text not null default '',
    rule       jsonb not null
);
create index rule_change_newest on cases.rule_change (at desc, id desc);
