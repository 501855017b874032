-- Cases that have to do with each other, without either changing. The smaller id stands first.
create table cases.link (
    case_id   uuid not null references cases.case,
    other_id  uuid not null references cases.case,
    note      text not null default '',
    linked_by uuid,
    name      text not null default '',
    linked_at timestamptz not null,
    primary key (case_id, other_id),
    check (case_id < other_id)
);
create index link_other on cases.link (other_id);
