create schema services;

-- What functions stand together under, as the profile says.
create table services.service_group (
    code     text primary key,
    position integer not null,
    icon     text not null,
    name     jsonb not null
);

-- A function of the app. What officers edit lies over what the profile says, field by field, so
-- that a later profile changes neither the other.
create table services.service (
    code       text primary key,
    position   integer not null,
    profile    jsonb not null,
    edits      jsonb not null default '{}',
    version    integer not null default 1,
    -- Null while the profile names it. Favourites of what has gone wait for its return.
    gone_at    timestamptz
);

-- Who edited what, and what the edits were from then on.
create table services.change (
    code         text not null references services.service,
    version      integer not null,
    edits        jsonb not null,
    changed_by   uuid,
    changed_name text not null,
    changed_at   timestamptz not null,
    primary key (code, version)
);

create index change_by on services.change (changed_by);

-- What was found when a working function was last looked at, and since when that is so.
create table services.look (
    code           text primary key references services.service,
    ok             boolean not null,
    status         integer not null,
    since          timestamptz not null,
    looked_at      timestamptz not null,
    last_ok_at     timestamptz,
    last_failed_at timestamptz
);

-- A code of services.service, or one of a partner's application, which is kept elsewhere.
create table services.favourite (
    person_id uuid not null references identity.person,
    code      text not null,
    added_at  timestamptz not null,
    primary key (person_id, code)
);

-- As whom somebody meets the first page. What they chose themselves is not changed by a role.
create table services.face (
    person_id uuid primary key references identity.person,
    face      text not null,
    chosen    boolean not null
);
