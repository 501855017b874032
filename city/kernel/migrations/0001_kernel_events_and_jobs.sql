-- What has been announced, for ever. Times and ids sort together (UUIDv7).
create table kernel.event (
    id       uuid primary key,
    kind     text not null,
    at       timestamptz not null,
    actor_id uuid,
    body     jsonb not null
);

-- What is to be done, and when. A worker that takes a job moves run_at past its lease.
create table kernel.job (
    id        bigint generated always as identity primary key,
    task      text not null,
    body      jsonb not null,
    run_at    timestamptz not null,
    key       text unique,
    lease     uuid,
    attempts  integer not null default 0,
    error     text,
    failed_at timestamptz
);

create index job_due on kernel.job (run_at, id) where failed_at is null;
