-- The words of a case stand in its row, written when it is opened. An index over the expression had
-- them worked out again by every step a case took, and by every look at a list ordered by time.
drop index cases.case_open_words;
alter table cases.case add column words tsvector
    generated always as (cases.words_of(summary, address)) stored;
create index case_open_words on cases.case using gin (words) where closed_at is null;
create index case_closed_words on cases.case using gin (words) where closed_at is not null;
