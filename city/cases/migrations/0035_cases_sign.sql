-- The unit that the sign on a thing in the street names, by its code: routing suggests it.
alter table cases.case add column sign_unit text not null default '';
