create schema messages;

-- What a person has been told: a sentence with blanks, said in their language when they read it.
create table messages.message (
    id        uuid primary key,
    person_id uuid not null references identity.person,
    text      text not null,
    params    jsonb not null,
    link      text not null,
    topic     text not null,
    sent_at   timestamptz not null,
    read_at   timestamptz
);

create index message_of_person on messages.message (person_id, id desc);
create index message_unread on messages.message (person_id) where read_at is null;

-- What goes out by e-mail or SMS. Sign-in codes never come here: they are not written down at all.
create table messages.delivery (
    id       uuid primary key,
    channel  text not null check (channel in ('email', 'sms')),
    address  text not null,
    subject  text not null,
    body     text not null,
    asked_at timestamptz not null,
    sent_at  timestamptz,
    refused  text
);

-- What the simulated providers got, in a sample city only.
create table messages.simulated (
    id          uuid primary key,
    channel     text not null check (channel in ('email', 'sms')),
    address     text not null,
    subject     text not null,
    body        text not null,
    received_at timestamptz not null
);

create index simulated_newest on messages.simulated (received_at desc, id desc);
