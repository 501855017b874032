create schema places;

-- The wards of the city, from its profile. One that vanishes from the profile is retired: what
-- happened in it keeps its name, but nothing new lies in it. sort_key is the Vietnamese alphabet's.
create table places.ward (
    code       text primary key,
    kind       text not null check (kind in ('ward', 'commune', 'special_zone', 'neighbourhood')),
    name       jsonb not null,
    latitude   double precision not null check (latitude between -90 and 90),
    longitude  double precision not null check (longitude between -180 and 180),
    area_km2   double precision check (area_km2 > 0),
    also       text[] not null,
    points     jsonb not null,
    sort_key   text not null,
    retired_at timestamptz
);

-- What was there before the last reform, and which wards it went to, the one with most of it first.
create table places.old_unit (
    code      text primary key,
    name      text not null,
    district  text not null,
    new_codes text[] not null,
    also      text[] not null,
    latitude  double precision not null,
    longitude double precision not null
);

-- The areas of wards (WKB, degrees of WGS 84, longitude first), if somebody has imported them.
create table places.boundary (
    ward_code   text primary key references places.ward,
    geometry    bytea not null,
    source      text not null,
    imported_at timestamptz not null
);

-- One row: the wards drawn for maps, and the version of everything in this schema.
create table places.base_map (
    single      boolean primary key default true check (single),
    geojson     bytea not null,
    approximate boolean not null,
    version     text not null,
    made_at     timestamptz not null
);
