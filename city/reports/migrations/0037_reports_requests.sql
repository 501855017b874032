-- What those who mirror the reports want to know of each: when it last changed, and what the public
-- was told of it. Kept in step with the case by the same reaction as the rest.
alter table reports.report
    add column updated_at timestamptz,
    -- The public answer once it is done, or what was said besides when it was not taken on.
    add column answer text not null default '',
    -- Why it was not taken on: an English sentence, to be translated.
    add column reason text not null default '';

update reports.report as report
set updated_at = greatest(report.sent_at, report.closed_at),
    answer = case found.status when 'done' then found.answer
                               when 'rejected' then found.reason_note else '' end,
    reason = case found.status when 'rejected' then found.reason else '' end
from cases.case as found
where found.id = report.case_id;

alter table reports.report alter column updated_at set not null;

-- What changed last, also what is no longer in the public list because it was joined or refused.
create index report_updated on reports.report (updated_at desc, id desc) where not private;

-- A report as anybody may read it, however it ended: what lists choose from by its id.
create view reports.request as
select id, ref, status, open, category, description, photos, unit_id, unit_name, sent_at, updated_at,
       due_at, closed_at, address, ward, latitude, longitude, place_precision, answer, reason,
       rating, voices, attributes,
       case when merged_into is not null then (
           select into_report.ref from reports.report as into_report
           where into_report.case_id = report.merged_into and not into_report.private
       ) end as merged_ref
from reports.report
where not private;

comment on view reports.request is 'Reports that are not private, as programs read them';
