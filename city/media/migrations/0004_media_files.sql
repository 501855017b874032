create schema media;

-- A photo or a film as it is kept. The names are those of its contents in the file store; the same
-- content has the same name. Who sent it, where and when it was taken are published nowhere.
create table media.file (
    id         uuid primary key,
    kind       text not null check (kind in ('photo', 'film')),
    keeper_id  uuid references identity.person,
    large      text not null,
    thumb      text not null,
    film       text,
    width      integer not null,
    height     integer not null,
    seconds    double precision not null,
    latitude   double precision,
    longitude  double precision,
    taken_at   timestamp,
    kept_at    timestamptz not null,
    claimed_at timestamptz
);

create index file_of_keeper on media.file (keeper_id, kept_at);
create index file_unclaimed on media.file (kept_at) where claimed_at is null;
create index file_large on media.file (large);
