-- What the desk's list can be narrowed to. Every index is in the order of the queue, and of open
-- cases only, so that the first lines are found without sorting.
create index case_open_status on cases.case (status, queue_at, id) where closed_at is null;
create index case_open_category on cases.case (category, queue_at, id) where closed_at is null;
create index case_open_ward on cases.case (ward, queue_at, id) where closed_at is null;
create index case_open_group on cases.case (process, queue_at, id)
    where closed_at is null and process <> 'time_bound';
create index case_open_source on cases.case (source, queue_at, id)
    where closed_at is null and source <> 'report';
create index case_open_claimed on cases.case (claimed_by, queue_at, id)
    where closed_at is null and claimed_by is not null;
create index case_open_escalated on cases.case (queue_at, id)
    where closed_at is null and escalated > 0;
create index case_open_reopened on cases.case (queue_at, id)
    where closed_at is null and reopened > 0;
create index case_closed_unit on cases.case (unit_id, closed_at desc, id desc)
    where closed_at is not null;
create index case_closed_category on cases.case (category, closed_at desc, id desc)
    where closed_at is not null;
create index case_closed_ward on cases.case (ward, closed_at desc, id desc)
    where closed_at is not null;
create index case_closed_status on cases.case (status, closed_at desc, id desc)
    where closed_at is not null and status <> 'done';
create index case_closed_group on cases.case (process, closed_at desc, id desc)
    where closed_at is not null and process <> 'time_bound';
create index case_closed_reopened on cases.case (closed_at desc, id desc)
    where closed_at is not null and reopened > 0;

create index case_closed_source on cases.case (source, closed_at desc, id desc)
    where closed_at is not null;

-- The words of a case as somebody in a hurry types them: small, without diacritics or punctuation.
-- Not in plain SQL, for the planner is to know what it costs and ask the index instead.
create function cases.words_of(summary text, address text) returns tsvector
    language plpgsql immutable parallel safe cost 1000 as $$
begin
    return to_tsvector('simple', translate(lower(normalize(summary || ' ' || address, nfc)),
        'àáãảạăằắẵẳặâầấẫẩậèéẽẻẹêềếễểệìíĩỉịòóõỏọôồốỗổộơờớỡởợùúũủụưừứữửựỳýỹỷỵđäëïöüñçåø/-_.@:&=+~#%',
        'aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyydaeiouncao            '));
end $$;
create index case_open_words on cases.case using gin (cases.words_of(summary, address))
    where closed_at is null;

-- What a person often looks at, pinned above the list. `query` is that of the list's address.
create table cases.filter (
    id         uuid primary key,
    person_id  uuid not null,
    name       text not null check (length(name) between 1 and 60),
    query      text not null check (length(query) <= 1000),
    shared     boolean not null default false,
    version    integer not null default 1,
    changed_at timestamptz not null
);
create index filter_of_person on cases.filter (person_id);
create index filter_shared on cases.filter (id) where shared;

-- Texts that are written again and again, in every language; {ref} and the like are filled in.
create table cases.template (
    code       text primary key check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    kind       text not null check (kind in ('answer', 'reject', 'send_back', 'question')),
    name       jsonb not null,
    text       jsonb not null,
    version    integer not null default 1,
    changed_by text not null default '',
    changed_at timestamptz not null
);

-- What a person has asked for and can still take back. A job does it at `run_at` with the rights
-- the person had; `refused` says why it could not be done then, and what was typed stays in `given`.
create table cases.held (
    id          uuid primary key,
    case_id     uuid not null references cases.case,
    verb        text not null,
    given       jsonb not null,
    actor_id    uuid not null,
    actor_name  text not null,
    permissions text[] not null,
    unit_id     uuid,
    held_at     timestamptz not null,
    run_at      timestamptz not null,
    refused     jsonb,
    refused_at  timestamptz
);
create unique index held_one on cases.held (case_id) where refused is null;
create index held_case on cases.held (case_id);

-- Who has a case open just now. Lost with the server, as the open pages are.
create unlogged table cases.presence (
    ref       text not null,
    person_id uuid not null,
    name      text not null,
    typing    boolean not null default false,
    seen_at   timestamptz not null,
    primary key (ref, person_id)
);
create index presence_seen on cases.presence (seen_at);

-- What a phone without a network has sent later, by the key it gave: once, however often it is sent.
create table cases.done_key (
    person_id uuid not null,
    key       text not null check (length(key) between 8 and 64),
    case_id   uuid not null references cases.case,
    verb      text not null,
    at        timestamptz not null,
    primary key (person_id, key)
);
create index done_key_at on cases.done_key (at);
