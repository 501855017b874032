-- What a category asks besides what everybody is asked: a list of questions, from the city's profile.
alter table cases.category add column attributes jsonb not null default '[]';
