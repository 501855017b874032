create schema reports;

-- What residents told the city: one row for each report, the resident's face of a case. What lists
-- and the map need of the case and its unit is kept here too, by a reaction to the case's events.
create table reports.report (
    id              uuid primary key,
    ref             text not null unique,
    -- The 40 bits that `ref` writes.
    ref_number      bigint not null,
    case_id         uuid not null unique references cases.case (id),
    reporter_id     uuid references identity.person (id),
    client_key      text,
    external_id     text,
    category        text not null,
    description     text not null,
    photos          uuid[] not null default '{}',
    address         text not null default '',
    ward            text,
    latitude        double precision not null,
    longitude       double precision not null,
    -- Null if the place is not known; the report is then nowhere on the map.
    cell            bigint,
    place_precision text not null default 'point'
                    check (place_precision in ('point', 'ward', 'unknown')),
    private         boolean not null default false,
    sample          boolean not null default false,
    seen_at         timestamptz,
    sent_at         timestamptz not null,
    status          text not null default 'new' check (
        status in ('new', 'accepted', 'routed', 'doing', 'waiting', 'answered', 'done', 'rejected',
                   'merged')
    ),
    unit_id         uuid,
    unit_name       jsonb,
    due_at          timestamptz,
    closed_at       timestamptz,
    rating          text,
    merged_into     uuid,
    -- Of an imported report: what the earlier system said that has no place of its own here.
    origin          jsonb,
    -- The last entry of the case's history that the reporter was told of.
    told            integer not null default 1,
    search          tsvector not null,
    -- Whether it is in the public list and on the map, and in which of the two groups.
    shown           boolean not null generated always as
                    (not private and status not in ('rejected', 'merged')) stored,
    open            boolean not null generated always as
                    (status not in ('done', 'rejected', 'merged')) stored,
    -- The square of about 150 metres it lies in (see `search.py`), for what is newest near a place.
    square          bigint generated always as (cell >> 27) stored
);

create unique index report_once on reports.report (reporter_id, client_key)
    where client_key is not null;
create unique index report_imported on reports.report (external_id) where external_id is not null;
-- With everything that chooses among the newest, so that a search by place or words reads no rows
-- but those it gives.
create index report_newest on reports.report (sent_at desc, id desc)
    include (cell, latitude, longitude, category, ward, unit_id, open) where shown;
create index report_by_state on reports.report (open, sent_at desc, id desc) where shown;
create index report_by_category on reports.report (category, open, sent_at desc, id desc)
    where shown;
create index report_by_ward on reports.report (ward, open, sent_at desc, id desc) where shown;
create index report_by_unit on reports.report (unit_id, open, sent_at desc, id desc)
    where shown and unit_id is not null;
create index report_by_reporter on reports.report (reporter_id, sent_at desc, id desc)
    where reporter_id is not null;
-- The newest of each square, with everything that chooses among them, so that only those of a page
-- are fetched.
create index report_near on reports.report (square, sent_at desc, id desc)
    include (latitude, longitude, category, ward, unit_id, open) where shown;
create index report_search on reports.report using gin (search);

-- How many public reports lie in each square of the map, for some sizes of square: what the map
-- adds up instead of reports. `filter` is a category, or empty for all of them.
create table reports.pin_count (
    filter    text not null,
    level     smallint not null,
    open      boolean not null,
    cell      bigint not null,
    n         integer not null,
    ref_xor   bigint not null,
    -- Sums of what a pin is off the world's south-western corner, in millionths of a degree.
    east      bigint not null,
    north     bigint not null,
    primary key (filter, level, open, cell)
);

-- Pins that came (+1) or went (-1) and are not yet in pin_count; a job folds them in. Written with
-- the report in one statement, so that the map is never behind.
create table reports.pin_change (
    id         bigint generated always as identity primary key,
    cell       bigint not null,
    category   text not null,
    open       boolean not null,
    delta      smallint not null check (delta in (-1, 1)),
    ref_number bigint not null,
    east       bigint not null,
    north      bigint not null
) with (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

comment on table reports.report is 'What residents told the city, with what lists need of its case';
comment on table reports.pin_count is 'Public reports in each square of the map, counted';
comment on table reports.pin_change is 'Pins that came or went and are not yet counted';
