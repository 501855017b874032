-- A tester who was removed stays known, so that the invitation they still have opens nothing.
alter table partners.tester add column removed_at timestamptz;
