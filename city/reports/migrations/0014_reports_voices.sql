-- Who else sees what a report tells, who wants to hear how it goes on, and what its reporter is
-- being asked.

alter table reports.report
    -- How many rows of reports.voice there are.
    add column voices integer not null default 0,
    -- What the city wants to know of its reporter, as long as it waits for that.
    add column question text not null default '';

-- "I see it too". Comments and photos are for those who do the work, not for the public.
create table reports.voice (
    report_id uuid not null references reports.report (id),
    person_id uuid not null references identity.person (id),
    at        timestamptz not null,
    comment   text not null default '',
    photos    uuid[] not null default '{}',
    primary key (report_id, person_id)
);

create table reports.follower (
    report_id uuid not null references reports.report (id),
    person_id uuid not null references identity.person (id),
    at        timestamptz not null,
    -- What they know it by: whose own report was joined with this one, by their own reference.
    ref       text not null,
    primary key (report_id, person_id)
);

-- Whose reports were joined with others before there were followers follow them now.
insert into reports.follower (report_id, person_id, at, ref)
select onward.id, joined.reporter_id, joined.sent_at, joined.ref
from reports.report as joined
join reports.report as onward on onward.case_id = joined.merged_into
where joined.reporter_id is not null and joined.reporter_id is distinct from onward.reporter_id
on conflict do nothing;

comment on table reports.voice is 'Who else sees what a report tells';
comment on table reports.follower is 'Who is told how a report goes on, besides its reporter';
