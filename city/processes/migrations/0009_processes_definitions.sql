create schema processes;

-- Definitions as they were published, for ever: rows are added, and never changed or taken away.
-- The definition is json and not jsonb because the order of its states says something.
-- origin: 'profile' came with the product or the city's profile, 'city' was made in the desk.
create table processes.version (
    code         text not null,
    version      integer not null check (version > 0),
    source       text not null,
    definition   json not null,
    digest       text not null,
    origin       text not null check (origin in ('profile', 'city')),
    note         text not null,
    published_at timestamptz not null,
    published_by text not null,
    person_id    uuid,
    primary key (code, version)
);

-- What somebody is working on, every text that was saved: the latest is the draft. It may be wrong.
create table processes.draft (
    code      text not null,
    version   integer not null check (version > 0),
    source    text not null,
    edited_at timestamptz not null,
    edited_by text not null,
    person_id uuid,
    primary key (code, version)
);
