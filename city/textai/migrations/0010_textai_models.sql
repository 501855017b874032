create schema textai;

-- What the desk has decided, to learn from: words in small letters, without digits and addresses.
-- A correction replaces what was learnt before.
create table textai.example (
    kind       text not null check (kind in ('category', 'spam')),
    key        text not null,
    text       text not null,
    label      text not null,
    decided_at timestamptz not null,
    primary key (kind, key)
);

-- The versions of each model. A file is read only if its SHA-256 is `digest`.
create table textai.model (
    kind       text not null check (kind in ('category', 'spam')),
    version    int not null,
    origin     text not null check (origin in ('nightly', 'asked', 'fitted')),
    file       text not null,
    digest     text not null,
    trained_at timestamptz not null,
    in_use     boolean not null,
    examples   int not null,
    labels     int not null,
    held_out   int not null,
    top1       double precision not null,
    top3       double precision not null,
    macro_f1   double precision not null,
    plain_top1 double precision not null,
    confusions jsonb not null,
    primary key (kind, version)
);

-- What was suggested, by which model and how surely, and what was chosen then.
create table textai.suggestion (
    key       text primary key,
    model     text not null,
    codes     text[] not null,
    scores    double precision[] not null,
    shown_at  timestamptz not null,
    chosen    text,
    chosen_at timestamptz
);

create index suggestion_newest on textai.suggestion (shown_at desc);
