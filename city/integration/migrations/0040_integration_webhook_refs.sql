-- A webhook for single reports, which is what Open311 has been asked to call callbacks.
alter table integration.webhook add column refs text[] not null default '{}';
