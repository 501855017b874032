-- What happened in all cases from one moment to another, in order: what other cities ask for.
create index entry_at on cases.entry (at, case_id, seq);
