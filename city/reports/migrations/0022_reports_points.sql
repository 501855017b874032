-- Things in the street that bear a sign with a number: who scans it reports about this one thing.
create table reports.point (
    -- Written on the sign as letters with a check letter (points/model.py).
    number     integer generated always as identity primary key,
    kind       text not null,
    name       text not null,
    category   text not null,
    latitude   double precision not null,
    longitude  double precision not null,
    address    text not null default '',
    ward       text,
    -- The code of the unit that looks after it, where that is known.
    unit       text not null default '',
    -- The number it has in the books of whoever looks after it.
    own_number text not null default '',
    added_at   timestamptz not null,
    retired_at timestamptz
);

create unique index point_own_number on reports.point (kind, own_number)
    where own_number <> '' and retired_at is null;
create index point_by_ward on reports.point (ward, number);

-- Which reports are about which thing.
create table reports.point_report (
    report_id uuid primary key references reports.report (id) on delete cascade,
    point     integer not null references reports.point (number)
);

create index point_report_of on reports.point_report (point);

comment on table reports.point is 'Things in the street that bear a sign with a number';
comment on table reports.point_report is 'Which reports are about which thing in the street';
