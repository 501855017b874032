create schema dialogue;

-- What the city asks its people. Its questions are data (see model/surveys.py); from publication on
-- their structure never changes. Null as owner: the city itself. No wards or audience: everybody.
create table dialogue.survey (
    id             uuid primary key,
    ref            text not null unique,
    owner_id       uuid references identity.organisation,
    owner_name     jsonb,
    title          jsonb not null,
    intro          jsonb not null,
    asks           jsonb not null,
    wards          text[] not null default '{}',
    audience       text[] not null default '{}',
    assurance      smallint not null default 0 check (assurance between 0 and 2),
    opens_at       timestamptz,
    closes_at      timestamptz,
    named          boolean not null default false,
    changeable     boolean not null default false,
    live           boolean not null default false,
    published_at   timestamptz,
    closed_at      timestamptz,
    reworded_at    timestamptz,
    follow_up      jsonb not null default '{}',
    followed_up_at timestamptz,
    sample         boolean not null default false,
    created_at     timestamptz not null,
    version        integer not null default 1,
    check (published_at is null or (opens_at is not null and closes_at > opens_at))
);

create index survey_public on dialogue.survey (closes_at desc) where published_at is not null;

-- Who has answered a survey, once each. What they said stands elsewhere, and nothing here leads to
-- it: no id, no time of day.
create table dialogue.taker (
    survey_id   uuid not null references dialogue.survey,
    person_id   uuid not null references identity.person,
    answered_on date not null,
    primary key (survey_id, person_id)
);

create index taker_person on dialogue.taker (person_id);

-- What was said. The id is random, or, where answers may be changed, sealed with the installation's
-- secret; person_id is there only where the survey says that answers bear names.
create table dialogue.answer (
    id        uuid primary key,
    survey_id uuid not null references dialogue.survey,
    person_id uuid references identity.person,
    ward      text,
    month     date not null,
    answers   jsonb not null
);

create index answer_survey on dialogue.answer (survey_id);
create index answer_person on dialogue.answer (person_id) where person_id is not null;

-- What people ask the city: one row for each question, the asker's face of a case.
create table dialogue.question (
    id          uuid primary key,
    ref         text not null unique,
    case_id     uuid not null unique references cases.case,
    asker_id    uuid references identity.person,
    client_key  text,
    topic       text not null,
    ward        text,
    words       text not null check (length(words) between 1 and 4000),
    private     boolean not null,
    sample      boolean not null default false,
    asked_at    timestamptz not null,
    status      text not null default 'new',
    unit_id     uuid,
    unit_name   jsonb,
    due_at      timestamptz,
    -- What the city waits to hear from the asker; empty if nothing.
    asks_back   text not null default '',
    answer      text not null default '',
    answered_at timestamptz,
    edited_at   timestamptz,
    reason      text not null default '',
    rating      text,
    merged_into uuid references dialogue.question,
    -- The last entry of the case's history that the asker was told of.
    told        integer not null default 1,
    version     integer not null default 1,
    search      tsvector not null,
    -- Whether it is in the public answer base.
    shown       boolean not null generated always as
                (not private and status = 'done' and answer <> '') stored
);

create unique index question_once on dialogue.question (asker_id, client_key)
    where client_key is not null;
create index question_newest on dialogue.question (answered_at desc, id desc) where shown;
create index question_topic on dialogue.question (topic, answered_at desc, id desc) where shown;
create index question_asker on dialogue.question (asker_id, asked_at desc)
    where asker_id is not null;
create index question_merged on dialogue.question (merged_into) where merged_into is not null;
create index question_search on dialogue.question using gin (search) where shown;

-- How a public question and answer read before somebody on the staff changed them.
create table dialogue.edit (
    question_id uuid not null references dialogue.question,
    version     integer not null,
    at          timestamptz not null,
    editor_id   uuid,
    editor_name text not null,
    words       text not null,
    answer      text not null,
    primary key (question_id, version)
);

-- Whether an answer helped, one word for each person.
create table dialogue.vote (
    question_id uuid not null references dialogue.question,
    person_id   uuid not null references identity.person,
    helpful     boolean not null,
    primary key (question_id, person_id)
);

create index vote_person on dialogue.vote (person_id);

-- A question is a way by which the city comes to know of a case.
alter table cases.case drop constraint case_source_check;
alter table cases.case add constraint case_source_check
    check (source in ('report', 'question', 'call', 'detection', 'officer', 'import')) not valid;

comment on table dialogue.survey is 'What the city asks its people, with the questions as data';
comment on table dialogue.taker is 'Who has answered which survey, apart from what they said';
comment on table dialogue.answer is 'What was said in a survey, without who said it unless it is a named one';
comment on table dialogue.question is 'What people ask the city, with its public answer';
comment on table dialogue.edit is 'How public questions and answers read before they were changed';
comment on table dialogue.vote is 'Whether an answer helped, one word for each person';
