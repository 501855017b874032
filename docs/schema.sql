CREATE SCHEMA calendar;

CREATE SCHEMA cases;

CREATE SCHEMA identity;

CREATE SCHEMA kernel;

CREATE SCHEMA media;

CREATE SCHEMA messages;

CREATE SCHEMA places;

CREATE SCHEMA processes;

CREATE SCHEMA reports;

CREATE SCHEMA textai;

CREATE FUNCTION cases.words_of(summary text, address text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE COST 1000 PARALLEL SAFE
    AS $$
begin
    return to_tsvector('simple', translate(lower(normalize(summary || ' ' || address, nfc)),
        'àáãảạăằắẵẳặâầấẫẩậèéẽẻẹêềếễểệìíĩỉịòóõỏọôồốỗổộơờớỡởợùúũủụưừứữửựỳýỹỷỵđäëïöüñçåø/-_.@:&=+~#%',
        'aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyydaeiouncao            '));
end $$;

CREATE TABLE calendar.day (
    date date NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    intervals jsonb NOT NULL,
    alike smallint,
    note jsonb NOT NULL,
    decree text NOT NULL,
    declared_by uuid,
    declared_name text NOT NULL,
    declared_at timestamp with time zone NOT NULL,
    CONSTRAINT day_alike_check CHECK (((alike >= 1) AND (alike <= 7))),
    CONSTRAINT day_kind_check CHECK ((kind = ANY (ARRAY['off'::text, 'work'::text, 'usual'::text]))),
    CONSTRAINT day_version_check CHECK ((version > 0))
);

CREATE TABLE cases."case" (
    id uuid NOT NULL,
    ref text NOT NULL,
    category text NOT NULL,
    process text NOT NULL,
    definition text DEFAULT ''::text NOT NULL,
    definition_version integer DEFAULT 0 NOT NULL,
    state text NOT NULL,
    source text NOT NULL,
    status text NOT NULL,
    summary text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    cell bigint NOT NULL,
    ward text,
    address text DEFAULT ''::text NOT NULL,
    photos uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    private boolean DEFAULT false NOT NULL,
    unit_id uuid,
    opened_at timestamp with time zone NOT NULL,
    verify_by timestamp with time zone,
    dispatch_by timestamp with time zone,
    due_at timestamp with time zone,
    promise jsonb DEFAULT '{}'::jsonb NOT NULL,
    clock_at timestamp with time zone,
    pauses timestamp with time zone[] DEFAULT '{}'::timestamp with time zone[] NOT NULL,
    entered_at timestamp with time zone,
    step_due_at timestamp with time zone,
    revisit_on date,
    wake_at timestamp with time zone,
    rung integer DEFAULT 0 NOT NULL,
    escalated integer DEFAULT 0 NOT NULL,
    queue_at timestamp with time zone NOT NULL,
    claimed_by uuid,
    claimed_name text DEFAULT ''::text NOT NULL,
    claimed_at timestamp with time zone,
    coop uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    parent_id uuid,
    parts integer DEFAULT 0 NOT NULL,
    more_photos uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    contested_at timestamp with time zone,
    doubt real DEFAULT 0 NOT NULL,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    answer text DEFAULT ''::text NOT NULL,
    answer_photos uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    reason_note text DEFAULT ''::text NOT NULL,
    rating text,
    reopened integer DEFAULT 0 NOT NULL,
    merged_into uuid,
    external_id text,
    version integer DEFAULT 1 NOT NULL,
    head_seq integer DEFAULT 1 NOT NULL,
    head_hash text NOT NULL,
    words tsvector GENERATED ALWAYS AS (cases.words_of(summary, address)) STORED,
    CONSTRAINT case_check CHECK (((closed_at IS NOT NULL) = (status = ANY (ARRAY['done'::text, 'rejected'::text, 'merged'::text])))),
    CONSTRAINT case_check1 CHECK ((((merged_into IS NOT NULL) = (status = 'merged'::text)) OR (source = 'import'::text))),
    CONSTRAINT case_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT case_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT case_process_check CHECK ((process = ANY (ARRAY['instant'::text, 'time_bound'::text, 'command'::text]))),
    CONSTRAINT case_rating_check CHECK ((rating = ANY (ARRAY['satisfied'::text, 'acceptable'::text, 'unsatisfied'::text]))),
    CONSTRAINT case_source_check CHECK ((source = ANY (ARRAY['report'::text, 'call'::text, 'detection'::text, 'officer'::text, 'import'::text]))),
    CONSTRAINT case_status_check CHECK ((status = ANY (ARRAY['new'::text, 'accepted'::text, 'routed'::text, 'doing'::text, 'waiting'::text, 'answered'::text, 'done'::text, 'rejected'::text, 'merged'::text]))),
    CONSTRAINT case_summary_check CHECK (((length(summary) >= 1) AND (length(summary) <= 4000)))
);

CREATE TABLE cases.category (
    code text NOT NULL,
    rank integer NOT NULL,
    grp text NOT NULL,
    grp_name jsonb NOT NULL,
    grp_icon text NOT NULL,
    process text NOT NULL,
    definition text NOT NULL,
    icon text NOT NULL,
    name jsonb NOT NULL,
    hint jsonb NOT NULL,
    keywords text[] NOT NULL,
    verify_working_days integer,
    working_days integer,
    acknowledge_minutes integer,
    dispatch_minutes integer,
    close_minutes integer,
    private boolean NOT NULL,
    unit text,
    revision text NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT category_acknowledge_minutes_check CHECK ((acknowledge_minutes > 0)),
    CONSTRAINT category_close_minutes_check CHECK ((close_minutes > 0)),
    CONSTRAINT category_dispatch_minutes_check CHECK ((dispatch_minutes > 0)),
    CONSTRAINT category_process_check CHECK ((process = ANY (ARRAY['instant'::text, 'time_bound'::text, 'command'::text]))),
    CONSTRAINT category_verify_working_days_check CHECK ((verify_working_days > 0)),
    CONSTRAINT category_working_days_check CHECK ((working_days > 0))
);

CREATE TABLE cases.command (
    case_id uuid NOT NULL,
    ref text NOT NULL,
    definition text NOT NULL,
    definition_version integer NOT NULL,
    name text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    wards text[] DEFAULT '{}'::text[] NOT NULL,
    drill boolean DEFAULT false NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    commander_id uuid NOT NULL,
    commander_name text NOT NULL,
    sitrep_minutes integer NOT NULL,
    began_at timestamp with time zone NOT NULL,
    next_sitrep_at timestamp with time zone,
    sitreps integer DEFAULT 0 NOT NULL,
    wake_at timestamp with time zone,
    rung integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    head_seq integer DEFAULT 1 NOT NULL,
    head_hash text NOT NULL,
    CONSTRAINT command_check CHECK (((ended_at IS NULL) OR ((next_sitrep_at IS NULL) AND (wake_at IS NULL)))),
    CONSTRAINT command_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT command_sitrep_minutes_check CHECK (((sitrep_minutes >= 5) AND (sitrep_minutes <= 1440)))
);

CREATE TABLE cases.command_log (
    case_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor_name text DEFAULT ''::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    hash text NOT NULL
);

CREATE TABLE cases.done_key (
    person_id uuid NOT NULL,
    key text NOT NULL,
    case_id uuid NOT NULL,
    verb text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT done_key_key_check CHECK (((length(key) >= 8) AND (length(key) <= 64)))
);

CREATE TABLE cases.entry (
    case_id uuid NOT NULL,
    seq integer NOT NULL,
    verb text NOT NULL,
    was text,
    now text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor_name text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    hash text NOT NULL
);

CREATE TABLE cases.filter (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    shared boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT filter_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60))),
    CONSTRAINT filter_query_check CHECK ((length(query) <= 1000))
);

CREATE TABLE cases.held (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    verb text NOT NULL,
    given jsonb NOT NULL,
    actor_id uuid NOT NULL,
    actor_name text NOT NULL,
    permissions text[] NOT NULL,
    unit_id uuid,
    held_at timestamp with time zone NOT NULL,
    run_at timestamp with time zone NOT NULL,
    refused jsonb,
    refused_at timestamp with time zone
);

CREATE TABLE cases.link (
    case_id uuid NOT NULL,
    other_id uuid NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    linked_by uuid,
    name text DEFAULT ''::text NOT NULL,
    linked_at timestamp with time zone NOT NULL,
    CONSTRAINT link_check CHECK ((case_id < other_id))
);

CREATE UNLOGGED TABLE cases.presence (
    ref text NOT NULL,
    person_id uuid NOT NULL,
    name text NOT NULL,
    typing boolean DEFAULT false NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE cases.rule (
    id uuid NOT NULL,
    rank integer NOT NULL,
    name text NOT NULL,
    categories text[] DEFAULT '{}'::text[] NOT NULL,
    groups text[] DEFAULT '{}'::text[] NOT NULL,
    wards text[] DEFAULT '{}'::text[] NOT NULL,
    keywords text[] DEFAULT '{}'::text[] NOT NULL,
    sources text[] DEFAULT '{}'::text[] NOT NULL,
    processes text[] DEFAULT '{}'::text[] NOT NULL,
    hours text DEFAULT 'any'::text NOT NULL,
    starts integer,
    ends integer,
    weekdays smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    lead text DEFAULT ''::text NOT NULL,
    coop text[] DEFAULT '{}'::text[] NOT NULL,
    also boolean DEFAULT false NOT NULL,
    automatic boolean DEFAULT false NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by text DEFAULT ''::text NOT NULL,
    CONSTRAINT rule_check CHECK (((hours = 'window'::text) = ((starts IS NOT NULL) AND (ends IS NOT NULL)))),
    CONSTRAINT rule_ends_check CHECK (((ends >= 0) AND (ends <= 1439))),
    CONSTRAINT rule_hours_check CHECK ((hours = ANY (ARRAY['any'::text, 'working'::text, 'outside'::text, 'window'::text]))),
    CONSTRAINT rule_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT rule_note_check CHECK ((length(note) <= 1000)),
    CONSTRAINT rule_starts_check CHECK (((starts >= 0) AND (starts <= 1439)))
);

CREATE TABLE cases.rule_change (
    id uuid NOT NULL,
    rule_id uuid NOT NULL,
    what text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor_name text DEFAULT ''::text NOT NULL,
    rule jsonb NOT NULL,
    CONSTRAINT rule_change_what_check CHECK ((what = ANY (ARRAY['add'::text, 'change'::text, 'enable'::text, 'disable'::text, 'move'::text, 'remove'::text])))
);

CREATE TABLE cases.sitrep (
    case_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    actor_id uuid,
    actor_name text NOT NULL,
    situation text NOT NULL,
    done text DEFAULT ''::text NOT NULL,
    next text DEFAULT ''::text NOT NULL,
    needs text DEFAULT ''::text NOT NULL,
    figures jsonb NOT NULL,
    CONSTRAINT sitrep_situation_check CHECK (((length(situation) >= 1) AND (length(situation) <= 4000)))
);

CREATE TABLE cases.task (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    title jsonb NOT NULL,
    owner_unit uuid,
    owner_name text DEFAULT ''::text NOT NULL,
    due_at timestamp with time zone,
    state text DEFAULT 'open'::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    from_checklist integer,
    wake_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    created_name text DEFAULT ''::text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by uuid,
    changed_name text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT task_check CHECK (((state <> 'dropped'::text) OR (note <> ''::text))),
    CONSTRAINT task_check1 CHECK (((wake_at IS NULL) OR (state = ANY (ARRAY['open'::text, 'doing'::text])))),
    CONSTRAINT task_state_check CHECK ((state = ANY (ARRAY['open'::text, 'doing'::text, 'done'::text, 'dropped'::text])))
);

CREATE TABLE cases.template (
    code text NOT NULL,
    kind text NOT NULL,
    name jsonb NOT NULL,
    text jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_by text DEFAULT ''::text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT template_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT template_kind_check CHECK ((kind = ANY (ARRAY['answer'::text, 'reject'::text, 'send_back'::text, 'question'::text])))
);

CREATE TABLE identity.access (
    id uuid NOT NULL,
    actor_id uuid NOT NULL,
    person_id uuid NOT NULL,
    purpose text NOT NULL,
    about text NOT NULL,
    at timestamp with time zone NOT NULL
);

COMMENT ON TABLE identity.access IS 'Who looked at whose identity, why, and about what. Shown to the person and to the auditor.';

CREATE TABLE identity.code (
    id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    language text NOT NULL,
    counter bigint NOT NULL,
    asked_from text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT code_attempts_check CHECK ((attempts <= 5)),
    CONSTRAINT code_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
);

COMMENT ON TABLE identity.code IS 'One-time codes that were asked for. The digits are derived from the counter, never stored.';

CREATE TABLE identity.contact (
    channel text NOT NULL,
    address text NOT NULL,
    person_id uuid NOT NULL,
    verified_at timestamp with time zone,
    CONSTRAINT contact_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
);

COMMENT ON TABLE identity.contact IS 'Where a person is reached, and what they sign in with: E.164 numbers and e-mail addresses.';

CREATE TABLE identity.external_id (
    issuer text NOT NULL,
    subject text NOT NULL,
    person_id uuid NOT NULL,
    linked_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE identity.external_id IS 'Who a person is to an identity provider such as VNeID (OpenID Connect issuer and subject).';

CREATE TABLE identity."grant" (
    person_id uuid NOT NULL,
    role text NOT NULL,
    organisation_id uuid,
    granted_at timestamp with time zone NOT NULL,
    CONSTRAINT grant_check CHECK (((role <> 'unit'::text) OR (organisation_id IS NOT NULL))),
    CONSTRAINT grant_role_check CHECK ((role = ANY (ARRAY['resident'::text, 'visitor'::text, 'business'::text, 'desk'::text, 'unit'::text, 'leader'::text, 'admin'::text, 'auditor'::text])))
);

COMMENT ON TABLE identity."grant" IS 'The roles a person holds, each once; a unit officer or a business holds it for one body.';

CREATE TABLE identity.organisation (
    id uuid NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    form text DEFAULT ''::text NOT NULL,
    name jsonb NOT NULL,
    short_name jsonb NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    wards text[] DEFAULT '{}'::text[] NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    CONSTRAINT organisation_kind_check CHECK ((kind = ANY (ARRAY['unit'::text, 'business'::text, 'city'::text])))
);

COMMENT ON TABLE identity.organisation IS 'Bodies people act for: the units that answer reports, businesses, the city itself.';

CREATE TABLE identity.pace (
    key text NOT NULL,
    until timestamp with time zone NOT NULL,
    count integer NOT NULL
);

COMMENT ON TABLE identity.pace IS 'How often codes were asked for, by keyed hash of an address or origin, until when it counts.';

CREATE TABLE identity.person (
    id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    folded text DEFAULT ''::text NOT NULL,
    honorific text DEFAULT ''::text NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    assurance smallint DEFAULT 0 NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT person_assurance_check CHECK (((assurance >= 0) AND (assurance <= 2)))
);

COMMENT ON TABLE identity.person IS 'Everybody who has signed in or works here. Only this schema knows who somebody is.';

CREATE TABLE identity.session (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

COMMENT ON TABLE identity.session IS 'Where people are signed in. The token itself is only in the browser; here is its SHA-256.';

CREATE TABLE kernel.event (
    id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    body jsonb NOT NULL
);

CREATE TABLE kernel.job (
    id bigint NOT NULL,
    task text NOT NULL,
    body jsonb NOT NULL,
    run_at timestamp with time zone NOT NULL,
    key text,
    lease uuid,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    failed_at timestamp with time zone
);

ALTER TABLE kernel.job ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kernel.job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kernel.migration (
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE media.file (
    id uuid NOT NULL,
    kind text NOT NULL,
    keeper_id uuid,
    large text NOT NULL,
    thumb text NOT NULL,
    film text,
    width integer NOT NULL,
    height integer NOT NULL,
    seconds double precision NOT NULL,
    latitude double precision,
    longitude double precision,
    taken_at timestamp without time zone,
    kept_at timestamp with time zone NOT NULL,
    claimed_at timestamp with time zone,
    CONSTRAINT file_kind_check CHECK ((kind = ANY (ARRAY['photo'::text, 'film'::text])))
);

CREATE TABLE messages.delivery (
    id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    refused text,
    CONSTRAINT delivery_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text])))
);

CREATE TABLE messages.message (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    text text NOT NULL,
    params jsonb NOT NULL,
    link text NOT NULL,
    topic text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone
);

CREATE TABLE messages.simulated (
    id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT simulated_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text])))
);

CREATE TABLE places.base_map (
    single boolean DEFAULT true NOT NULL,
    geojson bytea NOT NULL,
    approximate boolean NOT NULL,
    version text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT base_map_single_check CHECK (single)
);

CREATE TABLE places.boundary (
    ward_code text NOT NULL,
    geometry bytea NOT NULL,
    source text NOT NULL,
    imported_at timestamp with time zone NOT NULL
);

CREATE TABLE places.old_unit (
    code text NOT NULL,
    name text NOT NULL,
    district text NOT NULL,
    new_codes text[] NOT NULL,
    also text[] NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL
);

CREATE TABLE places.ward (
    code text NOT NULL,
    kind text NOT NULL,
    name jsonb NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    area_km2 double precision,
    also text[] NOT NULL,
    points jsonb NOT NULL,
    sort_key text NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT ward_area_km2_check CHECK ((area_km2 > (0)::double precision)),
    CONSTRAINT ward_kind_check CHECK ((kind = ANY (ARRAY['ward'::text, 'commune'::text, 'special_zone'::text, 'neighbourhood'::text]))),
    CONSTRAINT ward_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT ward_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))
);

CREATE TABLE processes.draft (
    code text NOT NULL,
    version integer NOT NULL,
    source text NOT NULL,
    edited_at timestamp with time zone NOT NULL,
    edited_by text NOT NULL,
    person_id uuid,
    CONSTRAINT draft_version_check CHECK ((version > 0))
);

CREATE TABLE processes.version (
    code text NOT NULL,
    version integer NOT NULL,
    source text NOT NULL,
    definition json NOT NULL,
    digest text NOT NULL,
    origin text NOT NULL,
    note text NOT NULL,
    published_at timestamp with time zone NOT NULL,
    published_by text NOT NULL,
    person_id uuid,
    CONSTRAINT version_origin_check CHECK ((origin = ANY (ARRAY['profile'::text, 'city'::text]))),
    CONSTRAINT version_version_check CHECK ((version > 0))
);

CREATE TABLE reports.follower (
    report_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    ref text NOT NULL
);

COMMENT ON TABLE reports.follower IS 'Who is told how a report goes on, besides its reporter';

CREATE TABLE reports.pin_change (
    id bigint NOT NULL,
    cell bigint NOT NULL,
    category text NOT NULL,
    open boolean NOT NULL,
    delta smallint NOT NULL,
    ref_number bigint NOT NULL,
    east bigint NOT NULL,
    north bigint NOT NULL,
    CONSTRAINT pin_change_delta_check CHECK ((delta = ANY (ARRAY['-1'::integer, 1])))
)
WITH (autovacuum_vacuum_threshold='500', autovacuum_vacuum_scale_factor='0');

COMMENT ON TABLE reports.pin_change IS 'Pins that came or went and are not yet counted';

ALTER TABLE reports.pin_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME reports.pin_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE reports.pin_count (
    filter text NOT NULL,
    level smallint NOT NULL,
    open boolean NOT NULL,
    cell bigint NOT NULL,
    n integer NOT NULL,
    ref_xor bigint NOT NULL,
    east bigint NOT NULL,
    north bigint NOT NULL
);

COMMENT ON TABLE reports.pin_count IS 'Public reports in each square of the map, counted';

CREATE TABLE reports.report (
    id uuid NOT NULL,
    ref text NOT NULL,
    ref_number bigint NOT NULL,
    case_id uuid NOT NULL,
    reporter_id uuid,
    client_key text,
    external_id text,
    category text NOT NULL,
    description text NOT NULL,
    photos uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    ward text,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    cell bigint,
    place_precision text DEFAULT 'point'::text NOT NULL,
    private boolean DEFAULT false NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    seen_at timestamp with time zone,
    sent_at timestamp with time zone NOT NULL,
    status text DEFAULT 'new'::text NOT NULL,
    unit_id uuid,
    unit_name jsonb,
    due_at timestamp with time zone,
    closed_at timestamp with time zone,
    rating text,
    merged_into uuid,
    origin jsonb,
    told integer DEFAULT 1 NOT NULL,
    search tsvector NOT NULL,
    shown boolean GENERATED ALWAYS AS (((NOT private) AND (status <> ALL (ARRAY['rejected'::text, 'merged'::text])))) STORED NOT NULL,
    open boolean GENERATED ALWAYS AS ((status <> ALL (ARRAY['done'::text, 'rejected'::text, 'merged'::text]))) STORED NOT NULL,
    square bigint GENERATED ALWAYS AS ((cell >> 27)) STORED,
    voices integer DEFAULT 0 NOT NULL,
    question text DEFAULT ''::text NOT NULL,
    CONSTRAINT report_place_precision_check CHECK ((place_precision = ANY (ARRAY['point'::text, 'ward'::text, 'unknown'::text]))),
    CONSTRAINT report_status_check CHECK ((status = ANY (ARRAY['new'::text, 'accepted'::text, 'routed'::text, 'doing'::text, 'waiting'::text, 'answered'::text, 'done'::text, 'rejected'::text, 'merged'::text])))
);

COMMENT ON TABLE reports.report IS 'What residents told the city, with what lists need of its case';

CREATE TABLE reports.voice (
    report_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    photos uuid[] DEFAULT '{}'::uuid[] NOT NULL
);

COMMENT ON TABLE reports.voice IS 'Who else sees what a report tells';

CREATE TABLE textai.example (
    kind text NOT NULL,
    key text NOT NULL,
    text text NOT NULL,
    label text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT example_kind_check CHECK ((kind = ANY (ARRAY['category'::text, 'spam'::text])))
);

CREATE TABLE textai.model (
    kind text NOT NULL,
    version integer NOT NULL,
    origin text NOT NULL,
    file text NOT NULL,
    digest text NOT NULL,
    trained_at timestamp with time zone NOT NULL,
    in_use boolean NOT NULL,
    examples integer NOT NULL,
    labels integer NOT NULL,
    held_out integer NOT NULL,
    top1 double precision NOT NULL,
    top3 double precision NOT NULL,
    macro_f1 double precision NOT NULL,
    plain_top1 double precision NOT NULL,
    confusions jsonb NOT NULL,
    CONSTRAINT model_kind_check CHECK ((kind = ANY (ARRAY['category'::text, 'spam'::text]))),
    CONSTRAINT model_origin_check CHECK ((origin = ANY (ARRAY['nightly'::text, 'asked'::text, 'fitted'::text])))
);

CREATE TABLE textai.suggestion (
    key text NOT NULL,
    model text NOT NULL,
    codes text[] NOT NULL,
    scores double precision[] NOT NULL,
    shown_at timestamp with time zone NOT NULL,
    chosen text,
    chosen_at timestamp with time zone
);

ALTER TABLE ONLY calendar.day
    ADD CONSTRAINT day_pkey PRIMARY KEY (date, version);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_external_id_key UNIQUE (external_id);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_ref_key UNIQUE (ref);

ALTER TABLE ONLY cases.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (code);

ALTER TABLE ONLY cases.command_log
    ADD CONSTRAINT command_log_pkey PRIMARY KEY (case_id, seq);

ALTER TABLE ONLY cases.command
    ADD CONSTRAINT command_pkey PRIMARY KEY (case_id);

ALTER TABLE ONLY cases.command
    ADD CONSTRAINT command_ref_key UNIQUE (ref);

ALTER TABLE ONLY cases.done_key
    ADD CONSTRAINT done_key_pkey PRIMARY KEY (person_id, key);

ALTER TABLE ONLY cases.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (case_id, seq);

ALTER TABLE ONLY cases.filter
    ADD CONSTRAINT filter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases.held
    ADD CONSTRAINT held_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (case_id, other_id);

ALTER TABLE ONLY cases.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (ref, person_id);

ALTER TABLE ONLY cases.rule_change
    ADD CONSTRAINT rule_change_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases.rule
    ADD CONSTRAINT rule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases.sitrep
    ADD CONSTRAINT sitrep_pkey PRIMARY KEY (case_id, number);

ALTER TABLE ONLY cases.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases.template
    ADD CONSTRAINT template_pkey PRIMARY KEY (code);

ALTER TABLE ONLY identity.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.code
    ADD CONSTRAINT code_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (channel, address);

ALTER TABLE ONLY identity.external_id
    ADD CONSTRAINT external_id_person_id_issuer_key UNIQUE (person_id, issuer);

ALTER TABLE ONLY identity.external_id
    ADD CONSTRAINT external_id_pkey PRIMARY KEY (issuer, subject);

ALTER TABLE ONLY identity."grant"
    ADD CONSTRAINT grant_pkey PRIMARY KEY (person_id, role);

ALTER TABLE ONLY identity.organisation
    ADD CONSTRAINT organisation_code_key UNIQUE (code);

ALTER TABLE ONLY identity.organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.pace
    ADD CONSTRAINT pace_pkey PRIMARY KEY (key);

ALTER TABLE ONLY identity.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.session
    ADD CONSTRAINT session_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY kernel.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kernel.job
    ADD CONSTRAINT job_key_key UNIQUE (key);

ALTER TABLE ONLY kernel.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kernel.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY media.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (id);

ALTER TABLE ONLY messages.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY messages.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY messages.simulated
    ADD CONSTRAINT simulated_pkey PRIMARY KEY (id);

ALTER TABLE ONLY places.base_map
    ADD CONSTRAINT base_map_pkey PRIMARY KEY (single);

ALTER TABLE ONLY places.boundary
    ADD CONSTRAINT boundary_pkey PRIMARY KEY (ward_code);

ALTER TABLE ONLY places.old_unit
    ADD CONSTRAINT old_unit_pkey PRIMARY KEY (code);

ALTER TABLE ONLY places.ward
    ADD CONSTRAINT ward_pkey PRIMARY KEY (code);

ALTER TABLE ONLY processes.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (code, version);

ALTER TABLE ONLY processes.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (code, version);

ALTER TABLE ONLY reports.follower
    ADD CONSTRAINT follower_pkey PRIMARY KEY (report_id, person_id);

ALTER TABLE ONLY reports.pin_change
    ADD CONSTRAINT pin_change_pkey PRIMARY KEY (id);

ALTER TABLE ONLY reports.pin_count
    ADD CONSTRAINT pin_count_pkey PRIMARY KEY (filter, level, open, cell);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_ref_key UNIQUE (ref);

ALTER TABLE ONLY reports.voice
    ADD CONSTRAINT voice_pkey PRIMARY KEY (report_id, person_id);

ALTER TABLE ONLY textai.example
    ADD CONSTRAINT example_pkey PRIMARY KEY (kind, key);

ALTER TABLE ONLY textai.model
    ADD CONSTRAINT model_pkey PRIMARY KEY (kind, version);

ALTER TABLE ONLY textai.suggestion
    ADD CONSTRAINT suggestion_pkey PRIMARY KEY (key);

CREATE INDEX day_declared_at_idx ON calendar.day USING btree (declared_at DESC);

CREATE INDEX case_cell ON cases."case" USING btree (cell);

CREATE INDEX case_closed ON cases."case" USING btree (closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_closed_category ON cases."case" USING btree (category, closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_closed_group ON cases."case" USING btree (process, closed_at DESC, id DESC) WHERE ((closed_at IS NOT NULL) AND (process <> 'time_bound'::text));

CREATE INDEX case_closed_reopened ON cases."case" USING btree (closed_at DESC, id DESC) WHERE ((closed_at IS NOT NULL) AND (reopened > 0));

CREATE INDEX case_closed_source ON cases."case" USING btree (source, closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_closed_status ON cases."case" USING btree (status, closed_at DESC, id DESC) WHERE ((closed_at IS NOT NULL) AND (status <> 'done'::text));

CREATE INDEX case_closed_unit ON cases."case" USING btree (unit_id, closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_closed_ward ON cases."case" USING btree (ward, closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_closed_words ON cases."case" USING gin (words) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_coop_open ON cases."case" USING gin (coop) WHERE ((closed_at IS NULL) AND (coop <> '{}'::uuid[]));

CREATE INDEX case_due ON cases."case" USING btree (due_at);

CREATE INDEX case_merged ON cases."case" USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX case_open ON cases."case" USING btree (queue_at, id) WHERE (closed_at IS NULL);

CREATE INDEX case_open_category ON cases."case" USING btree (category, queue_at, id) WHERE (closed_at IS NULL);

CREATE INDEX case_open_claimed ON cases."case" USING btree (claimed_by, queue_at, id) WHERE ((closed_at IS NULL) AND (claimed_by IS NOT NULL));

CREATE INDEX case_open_escalated ON cases."case" USING btree (queue_at, id) WHERE ((closed_at IS NULL) AND (escalated > 0));

CREATE INDEX case_open_group ON cases."case" USING btree (process, queue_at, id) WHERE ((closed_at IS NULL) AND (process <> 'time_bound'::text));

CREATE INDEX case_open_reopened ON cases."case" USING btree (queue_at, id) WHERE ((closed_at IS NULL) AND (reopened > 0));

CREATE INDEX case_open_source ON cases."case" USING btree (source, queue_at, id) WHERE ((closed_at IS NULL) AND (source <> 'report'::text));

CREATE INDEX case_open_status ON cases."case" USING btree (status, queue_at, id) WHERE (closed_at IS NULL);

CREATE INDEX case_open_ward ON cases."case" USING btree (ward, queue_at, id) WHERE (closed_at IS NULL);

CREATE INDEX case_open_words ON cases."case" USING gin (words) WHERE (closed_at IS NULL);

CREATE INDEX case_parent ON cases."case" USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX case_unit_open ON cases."case" USING btree (unit_id, queue_at, id) WHERE (closed_at IS NULL);

CREATE INDEX case_wake ON cases."case" USING btree (wake_at, id) WHERE (wake_at IS NOT NULL);

CREATE INDEX command_ended ON cases.command USING btree (ended_at DESC) WHERE (ended_at IS NOT NULL);

CREATE INDEX command_running ON cases.command USING btree (began_at DESC) WHERE (ended_at IS NULL);

CREATE INDEX done_key_at ON cases.done_key USING btree (at);

CREATE INDEX filter_of_person ON cases.filter USING btree (person_id);

CREATE INDEX filter_shared ON cases.filter USING btree (id) WHERE shared;

CREATE INDEX held_case ON cases.held USING btree (case_id);

CREATE UNIQUE INDEX held_one ON cases.held USING btree (case_id) WHERE (refused IS NULL);

CREATE INDEX link_other ON cases.link USING btree (other_id);

CREATE INDEX presence_seen ON cases.presence USING btree (seen_at);

CREATE INDEX rule_change_newest ON cases.rule_change USING btree (at DESC, id DESC);

CREATE INDEX task_of_command ON cases.task USING btree (case_id, due_at);

CREATE INDEX task_of_unit ON cases.task USING btree (owner_unit, case_id) WHERE (owner_unit IS NOT NULL);

CREATE INDEX task_wake ON cases.task USING btree (case_id, wake_at) WHERE (wake_at IS NOT NULL);

CREATE INDEX access_at ON identity.access USING btree (at DESC);

CREATE INDEX access_person ON identity.access USING btree (person_id, at DESC);

CREATE INDEX contact_person ON identity.contact USING btree (person_id);

CREATE INDEX grant_role ON identity."grant" USING btree (role, person_id);

CREATE INDEX person_name ON identity.person USING gin (to_tsvector('simple'::regconfig, folded));

CREATE INDEX session_person ON identity.session USING btree (person_id) WHERE (ended_at IS NULL);

CREATE INDEX job_due ON kernel.job USING btree (run_at, id) WHERE (failed_at IS NULL);

CREATE INDEX file_large ON media.file USING btree (large);

CREATE INDEX file_of_keeper ON media.file USING btree (keeper_id, kept_at);

CREATE INDEX file_unclaimed ON media.file USING btree (kept_at) WHERE (claimed_at IS NULL);

CREATE INDEX message_of_person ON messages.message USING btree (person_id, id DESC);

CREATE INDEX message_unread ON messages.message USING btree (person_id) WHERE (read_at IS NULL);

CREATE INDEX simulated_newest ON messages.simulated USING btree (received_at DESC, id DESC);

CREATE INDEX report_by_category ON reports.report USING btree (category, open, sent_at DESC, id DESC) WHERE shown;

CREATE INDEX report_by_reporter ON reports.report USING btree (reporter_id, sent_at DESC, id DESC) WHERE (reporter_id IS NOT NULL);

CREATE INDEX report_by_state ON reports.report USING btree (open, sent_at DESC, id DESC) WHERE shown;

CREATE INDEX report_by_unit ON reports.report USING btree (unit_id, open, sent_at DESC, id DESC) WHERE (shown AND (unit_id IS NOT NULL));

CREATE INDEX report_by_ward ON reports.report USING btree (ward, open, sent_at DESC, id DESC) WHERE shown;

CREATE UNIQUE INDEX report_imported ON reports.report USING btree (external_id) WHERE (external_id IS NOT NULL);

CREATE INDEX report_near ON reports.report USING btree (square, sent_at DESC, id DESC) INCLUDE (latitude, longitude, category, ward, unit_id, open) WHERE shown;

CREATE INDEX report_newest ON reports.report USING btree (sent_at DESC, id DESC) INCLUDE (cell, latitude, longitude, category, ward, unit_id, open) WHERE shown;

CREATE UNIQUE INDEX report_once ON reports.report USING btree (reporter_id, client_key) WHERE (client_key IS NOT NULL);

CREATE INDEX report_search ON reports.report USING gin (search);

CREATE INDEX suggestion_newest ON textai.suggestion USING btree (shown_at DESC);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_category_fkey FOREIGN KEY (category) REFERENCES cases.category(code);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.command
    ADD CONSTRAINT command_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.command_log
    ADD CONSTRAINT command_log_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases.command(case_id);

ALTER TABLE ONLY cases.done_key
    ADD CONSTRAINT done_key_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.entry
    ADD CONSTRAINT entry_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.held
    ADD CONSTRAINT held_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.link
    ADD CONSTRAINT link_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.link
    ADD CONSTRAINT link_other_id_fkey FOREIGN KEY (other_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.sitrep
    ADD CONSTRAINT sitrep_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases.command(case_id);

ALTER TABLE ONLY cases.task
    ADD CONSTRAINT task_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases.command(case_id);

ALTER TABLE ONLY identity.access
    ADD CONSTRAINT access_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.contact
    ADD CONSTRAINT contact_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.external_id
    ADD CONSTRAINT external_id_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity."grant"
    ADD CONSTRAINT grant_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES identity.organisation(id);

ALTER TABLE ONLY identity."grant"
    ADD CONSTRAINT grant_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.session
    ADD CONSTRAINT session_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY media.file
    ADD CONSTRAINT file_keeper_id_fkey FOREIGN KEY (keeper_id) REFERENCES identity.person(id);

ALTER TABLE ONLY messages.message
    ADD CONSTRAINT message_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY places.boundary
    ADD CONSTRAINT boundary_ward_code_fkey FOREIGN KEY (ward_code) REFERENCES places.ward(code);

ALTER TABLE ONLY reports.follower
    ADD CONSTRAINT follower_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY reports.follower
    ADD CONSTRAINT follower_report_id_fkey FOREIGN KEY (report_id) REFERENCES reports.report(id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_reporter_id_fkey FOREIGN KEY (reporter_id) REFERENCES identity.person(id);

ALTER TABLE ONLY reports.voice
    ADD CONSTRAINT voice_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY reports.voice
    ADD CONSTRAINT voice_report_id_fkey FOREIGN KEY (report_id) REFERENCES reports.report(id);
