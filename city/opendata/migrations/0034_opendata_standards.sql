-- The code lists that the city has published, version by version. A version is never changed:
-- whoever wrote a file by it can still read what its codes meant.
create table opendata.list_version (
    code text not null,
    number integer not null check (number > 0),
    published_at timestamptz not null,
    digest text not null,
    items jsonb not null,
    change jsonb not null,
    primary key (code, number)
);

comment on table opendata.list_version is 'Every version of every code list; rows are only added';
