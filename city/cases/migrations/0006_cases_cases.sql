create schema cases;

-- Kinds of cases and what the city promises for each, from the city's profile. One that vanishes
-- from the profile is retired: old cases keep it, new ones cannot have it.
create table cases.category (
    code                text primary key,
    rank                integer not null,
    grp                 text not null,
    grp_name            jsonb not null,
    grp_icon            text not null,
    process             text not null check (process in ('instant', 'time_bound', 'command')),
    definition          text not null,
    icon                text not null,
    name                jsonb not null,
    hint                jsonb not null,
    keywords            text[] not null,
    verify_working_days integer check (verify_working_days > 0),
    working_days        integer check (working_days > 0),
    acknowledge_minutes integer check (acknowledge_minutes > 0),
    dispatch_minutes    integer check (dispatch_minutes > 0),
    close_minutes       integer check (close_minutes > 0),
    private             boolean not null,
    unit                text,
    revision            text not null,
    retired_at          timestamptz
);

-- The work the city owes: one row for each case, as it stands now. Who reported it is not here.
-- status is the word that all processes share, state the one of its own process. queue_at is the
-- order of the queues: the deadline of the present step, or when it was closed. wake_at is when the
-- city does something by itself next; pauses are the moments at which the clock stopped and went on.
create table cases.case (
    id            uuid primary key,
    ref           text not null unique,
    category      text not null references cases.category,
    process       text not null check (process in ('instant', 'time_bound', 'command')),
    definition         text not null default '',
    definition_version integer not null default 0,
    state         text not null,
    source        text not null check (source in ('report', 'call', 'detection', 'officer', 'import')),
    status        text not null check (status in ('new', 'accepted', 'routed', 'doing', 'waiting',
                                                  'answered', 'done', 'rejected', 'merged')),
    summary       text not null check (length(summary) between 1 and 4000),
    latitude      double precision not null check (latitude between -90 and 90),
    longitude     double precision not null check (longitude between -180 and 180),
    cell          bigint not null,
    ward          text,
    address       text not null default '',
    photos        uuid[] not null default '{}',
    private       boolean not null default false,
    unit_id       uuid,
    opened_at     timestamptz not null,
    verify_by     timestamptz,
    dispatch_by   timestamptz,
    due_at        timestamptz,
    promise       jsonb not null default '{}',
    clock_at      timestamptz,
    pauses        timestamptz[] not null default '{}',
    entered_at    timestamptz,
    step_due_at   timestamptz,
    revisit_on    date,
    wake_at       timestamptz,
    rung          integer not null default 0,
    escalated     integer not null default 0,
    queue_at      timestamptz not null,
    claimed_by    uuid,
    claimed_name  text not null default '',
    claimed_at    timestamptz,
    coop          uuid[] not null default '{}',
    parent_id     uuid references cases.case,
    parts         integer not null default 0,
    more_photos   uuid[] not null default '{}',
    contested_at  timestamptz,
    doubt         real not null default 0,
    answered_at   timestamptz,
    closed_at     timestamptz,
    answer        text not null default '',
    answer_photos uuid[] not null default '{}',
    reason        text not null default '',
    reason_note   text not null default '',
    rating        text check (rating in ('satisfied', 'acceptable', 'unsatisfied')),
    reopened      integer not null default 0,
    merged_into   uuid references cases.case,
    external_id   text unique,
    version       integer not null default 1,
    head_seq      integer not null default 1,
    head_hash     text not null,
    check ((closed_at is not null) = (status in ('done', 'rejected', 'merged'))),
    check ((merged_into is not null) = (status = 'merged') or source = 'import')
);

-- What the desk reads: the open cases, whatever is due first on top; and the closed, newest first.
create index case_open on cases.case (queue_at, id) where closed_at is null;
create index case_closed on cases.case (closed_at desc, id desc) where closed_at is not null;

-- What a unit reads, and what a leader counts.
create index case_unit_open on cases.case (unit_id, queue_at, id) where closed_at is null;
create index case_coop_open on cases.case using gin (coop) where closed_at is null and coop <> '{}';
create index case_due on cases.case (due_at);

-- What the city does by itself: the next reminder or rung of every case, in order of time.
create index case_wake on cases.case (wake_at, id) where wake_at is not null;

-- What was split off, and where the same place is meant.
create index case_parent on cases.case (parent_id) where parent_id is not null;
create index case_merged on cases.case (merged_into) where merged_into is not null;
create index case_cell on cases.case (cell);

-- What has happened to each case, for ever. Only ever inserted; each row's hash covers the one
-- before, so that a change to any of them shows.
create table cases.entry (
    case_id    uuid not null references cases.case,
    seq        integer not null,
    verb       text not null,
    was        text,
    now        text not null,
    at         timestamptz not null,
    actor_id   uuid,
    actor_name text not null default '',
    note       text not null default '',
    facts      jsonb not null default '{}',
    hash       text not null,
    primary key (case_id, seq)
);
