-- The words a case is found by come from the application, as those of a report and those that are
-- searched for do. Here they took a third of what opening a case costs; each is written once.
alter table cases.case alter column words drop expression;
drop function cases.words_of(text, text);
