-- Which columns each data set has had since when: what programs rely on, and its change log.
create schema opendata;

create table opendata.version (
    code text not null,
    version integer not null check (version > 0),
    since timestamptz not null,
    columns json not null,
    primary key (code, version)
);

comment on table opendata.version is 'The columns of each data set, from the first to those of now';
