CREATE SCHEMA calendar;

CREATE SCHEMA cases;

CREATE SCHEMA dialogue;

CREATE SCHEMA identity;

CREATE SCHEMA integration;

CREATE SCHEMA kernel;

CREATE SCHEMA media;

CREATE SCHEMA messages;

CREATE SCHEMA opendata;

CREATE SCHEMA partners;

CREATE SCHEMA places;

CREATE SCHEMA processes;

CREATE SCHEMA reports;

CREATE SCHEMA services;

CREATE SCHEMA textai;

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
    words tsvector,
    sign_unit text DEFAULT ''::text NOT NULL,
    CONSTRAINT case_check CHECK (((closed_at IS NOT NULL) = (status = ANY (ARRAY['done'::text, 'rejected'::text, 'merged'::text])))),
    CONSTRAINT case_check1 CHECK ((((merged_into IS NOT NULL) = (status = 'merged'::text)) OR (source = 'import'::text))),
    CONSTRAINT case_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT case_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT case_process_check CHECK ((process = ANY (ARRAY['instant'::text, 'time_bound'::text, 'command'::text]))),
    CONSTRAINT case_rating_check CHECK ((rating = ANY (ARRAY['satisfied'::text, 'acceptable'::text, 'unsatisfied'::text]))),
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
    attributes jsonb DEFAULT '[]'::jsonb NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
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

CREATE TABLE dialogue.answer (
    id uuid NOT NULL,
    survey_id uuid NOT NULL,
    person_id uuid,
    ward text,
    month date NOT NULL,
    answers jsonb NOT NULL
);

COMMENT ON TABLE dialogue.answer IS 'What was said in a survey, without who said it unless it is a named one';

CREATE TABLE dialogue.edit (
    question_id uuid NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    editor_id uuid,
    editor_name text NOT NULL,
    words text NOT NULL,
    answer text NOT NULL
);

COMMENT ON TABLE dialogue.edit IS 'How public questions and answers read before they were changed';

CREATE TABLE dialogue.question (
    id uuid NOT NULL,
    ref text NOT NULL,
    case_id uuid NOT NULL,
    asker_id uuid,
    client_key text,
    topic text NOT NULL,
    ward text,
    words text NOT NULL,
    private boolean NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    status text DEFAULT 'new'::text NOT NULL,
    unit_id uuid,
    unit_name jsonb,
    due_at timestamp with time zone,
    asks_back text DEFAULT ''::text NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    answered_at timestamp with time zone,
    edited_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    rating text,
    merged_into uuid,
    told integer DEFAULT 1 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    search tsvector NOT NULL,
    shown boolean GENERATED ALWAYS AS (((NOT private) AND (status = 'done'::text) AND (answer <> ''::text))) STORED NOT NULL,
    CONSTRAINT question_words_check CHECK (((length(words) >= 1) AND (length(words) <= 4000)))
);

COMMENT ON TABLE dialogue.question IS 'What people ask the city, with its public answer';

CREATE TABLE dialogue.survey (
    id uuid NOT NULL,
    ref text NOT NULL,
    owner_id uuid,
    owner_name jsonb,
    title jsonb NOT NULL,
    intro jsonb NOT NULL,
    asks jsonb NOT NULL,
    wards text[] DEFAULT '{}'::text[] NOT NULL,
    audience text[] DEFAULT '{}'::text[] NOT NULL,
    assurance smallint DEFAULT 0 NOT NULL,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    named boolean DEFAULT false NOT NULL,
    changeable boolean DEFAULT false NOT NULL,
    live boolean DEFAULT false NOT NULL,
    published_at timestamp with time zone,
    closed_at timestamp with time zone,
    reworded_at timestamp with time zone,
    follow_up jsonb DEFAULT '{}'::jsonb NOT NULL,
    followed_up_at timestamp with time zone,
    sample boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT survey_assurance_check CHECK (((assurance >= 0) AND (assurance <= 2))),
    CONSTRAINT survey_check CHECK (((published_at IS NULL) OR ((opens_at IS NOT NULL) AND (closes_at > opens_at))))
);

COMMENT ON TABLE dialogue.survey IS 'What the city asks its people, with the questions as data';

CREATE TABLE dialogue.taker (
    survey_id uuid NOT NULL,
    person_id uuid NOT NULL,
    answered_on date NOT NULL
);

COMMENT ON TABLE dialogue.taker IS 'Who has answered which survey, apart from what they said';

CREATE TABLE dialogue.vote (
    question_id uuid NOT NULL,
    person_id uuid NOT NULL,
    helpful boolean NOT NULL
);

COMMENT ON TABLE dialogue.vote IS 'Whether an answer helped, one word for each person';

CREATE TABLE identity.access (
    id uuid NOT NULL,
    actor_id uuid,
    person_id uuid NOT NULL,
    purpose text NOT NULL,
    about text NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text DEFAULT 'look'::text NOT NULL,
    actor_name text DEFAULT ''::text NOT NULL,
    CONSTRAINT access_kind_check CHECK ((kind = ANY (ARRAY['look'::text, 'code'::text, 'help'::text, 'partner'::text])))
);

COMMENT ON TABLE identity.access IS 'Who looked at whose identity, why, and about what. Shown to the person and to the auditor.';

CREATE TABLE identity.acting (
    id uuid NOT NULL,
    helper_id uuid NOT NULL,
    session_id uuid NOT NULL,
    code_id uuid,
    person_id uuid,
    name text DEFAULT ''::text NOT NULL,
    purpose text NOT NULL,
    minutes smallint NOT NULL,
    proof text,
    asked_at timestamp with time zone NOT NULL,
    begun_at timestamp with time zone,
    until_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT acting_check CHECK (((begun_at IS NULL) = (person_id IS NULL))),
    CONSTRAINT acting_minutes_check CHECK (((minutes >= 1) AND (minutes <= 60))),
    CONSTRAINT acting_proof_check CHECK ((proof = ANY (ARRAY['code'::text, 'qr'::text, 'card'::text])))
);

COMMENT ON TABLE identity.acting IS 'Helpers acting for people, with their consent proven, for a purpose and a time.';

CREATE TABLE identity.card (
    id uuid NOT NULL,
    number text NOT NULL,
    person_id uuid NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    issued_by uuid NOT NULL,
    until_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by uuid
);

COMMENT ON TABLE identity.card IS 'Printed cards that show who somebody is, for people without a phone. Each can be revoked.';

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
    purpose text DEFAULT 'sign-in'::text NOT NULL,
    about jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT code_attempts_check CHECK ((attempts <= 5)),
    CONSTRAINT code_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text]))),
    CONSTRAINT code_purpose_check CHECK ((purpose = ANY (ARRAY['sign-in'::text, 'contact'::text, 'again'::text, 'help'::text])))
);

COMMENT ON TABLE identity.code IS 'One-time codes that were asked for. The digits are derived from the counter, never stored.';

CREATE TABLE identity.concern (
    id uuid NOT NULL,
    access_id uuid NOT NULL,
    person_id uuid NOT NULL,
    text text NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    settled_at timestamp with time zone,
    settled_by uuid
);

COMMENT ON TABLE identity.concern IS 'What people say was wrong about a look at their data, and what the auditor answered.';

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

CREATE TABLE identity.farewell (
    person_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    begun_at timestamp with time zone,
    done_at timestamp with time zone,
    held boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE identity.farewell IS 'Who wants to be forgotten and when, and what became of it.';

CREATE TABLE identity."grant" (
    person_id uuid NOT NULL,
    role text NOT NULL,
    organisation_id uuid,
    granted_at timestamp with time zone NOT NULL,
    CONSTRAINT grant_check CHECK (((role <> 'unit'::text) OR (organisation_id IS NOT NULL))),
    CONSTRAINT grant_role_check CHECK ((role = ANY (ARRAY['resident'::text, 'visitor'::text, 'business'::text, 'desk'::text, 'unit'::text, 'leader'::text, 'admin'::text, 'auditor'::text, 'helper'::text])))
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
    helpers_refused boolean DEFAULT false NOT NULL,
    forgotten_at timestamp with time zone,
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
    ended_at timestamp with time zone,
    proven_at timestamp with time zone
);

COMMENT ON TABLE identity.session IS 'Where people are signed in. The token itself is only in the browser; here is its SHA-256.';

CREATE TABLE identity.takeout (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ready_at timestamp with time zone,
    until_at timestamp with time zone,
    file text DEFAULT ''::text NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL
);

COMMENT ON TABLE identity.takeout IS 'Copies of everything kept about a person, made when they ask and kept for a week.';

CREATE TABLE integration.destination (
    code text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    jurisdiction_id text DEFAULT ''::text NOT NULL,
    api_key bytea,
    form text NOT NULL,
    language text NOT NULL,
    state text NOT NULL,
    moment text NOT NULL,
    trusted boolean DEFAULT false NOT NULL,
    categories jsonb DEFAULT '{}'::jsonb NOT NULL,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    wards text[] DEFAULT '{}'::text[] NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    tells_updates boolean,
    read_until timestamp with time zone,
    asked_at timestamp with time zone,
    fault jsonb,
    made_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT destination_form_check CHECK ((form = ANY (ARRAY['json'::text, 'xml'::text]))),
    CONSTRAINT destination_moment_check CHECK ((moment = ANY (ARRAY['accept'::text, 'route'::text]))),
    CONSTRAINT destination_state_check CHECK ((state = ANY (ARRAY['test'::text, 'live'::text, 'paused'::text])))
);

COMMENT ON TABLE integration.destination IS 'Other cities that cases are handed over to';

CREATE TABLE integration.hub_check (
    system text NOT NULL,
    at timestamp with time zone NOT NULL,
    latency_ms integer NOT NULL,
    fault text NOT NULL
);

CREATE TABLE integration.hub_checkpoint (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    signature text NOT NULL
);

CREATE TABLE integration.hub_contract (
    id uuid NOT NULL,
    number integer NOT NULL,
    system text NOT NULL,
    kind text NOT NULL,
    direction text NOT NULL,
    fields jsonb NOT NULL,
    purpose text NOT NULL,
    legal_basis text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    quota_a_day integer NOT NULL,
    keep_days integer NOT NULL,
    state text NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    drafted_by uuid,
    drafted_name text NOT NULL,
    approved_at timestamp with time zone,
    approved_by uuid,
    approved_name text DEFAULT ''::text NOT NULL,
    ended_at timestamp with time zone,
    ended_name text DEFAULT ''::text NOT NULL,
    CONSTRAINT hub_contract_check CHECK ((valid_to >= valid_from)),
    CONSTRAINT hub_contract_check1 CHECK (((state = 'draft'::text) OR (approved_by IS NULL) OR (approved_by <> drafted_by))),
    CONSTRAINT hub_contract_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT hub_contract_keep_days_check CHECK (((keep_days >= 0) AND (keep_days <= 3650))),
    CONSTRAINT hub_contract_quota_a_day_check CHECK ((quota_a_day > 0)),
    CONSTRAINT hub_contract_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'approved'::text, 'ended'::text])))
);

ALTER TABLE integration.hub_contract ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME integration.hub_contract_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE integration.hub_entry (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    message_id uuid NOT NULL,
    system text NOT NULL,
    kind text NOT NULL,
    contract integer,
    direction text NOT NULL,
    size integer NOT NULL,
    digest text NOT NULL,
    outcome text NOT NULL,
    ms integer NOT NULL,
    hash text NOT NULL
);

CREATE TABLE integration.hub_entry_new (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    message_id uuid NOT NULL,
    system text NOT NULL,
    kind text NOT NULL,
    contract integer,
    direction text NOT NULL,
    size integer NOT NULL,
    digest text NOT NULL,
    outcome text NOT NULL,
    ms integer NOT NULL
);

ALTER TABLE integration.hub_entry_new ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME integration.hub_entry_new_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE integration.hub_mapping (
    system text NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by uuid,
    made_name text NOT NULL
);

CREATE TABLE integration.hub_message (
    id uuid NOT NULL,
    system text NOT NULL,
    kind text NOT NULL,
    direction text NOT NULL,
    contract_id uuid NOT NULL,
    external_id text NOT NULL,
    digest text NOT NULL,
    media_type text NOT NULL,
    mapping integer NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    made_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    fault text DEFAULT ''::text NOT NULL,
    results jsonb DEFAULT '[]'::jsonb NOT NULL,
    body bytea,
    keep_until timestamp with time zone NOT NULL,
    CONSTRAINT hub_message_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT hub_message_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'dead'::text])))
);

CREATE TABLE integration.hub_record (
    system text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    body bytea,
    case_ref text,
    message_id uuid NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    keep_until timestamp with time zone NOT NULL
);

CREATE TABLE integration.hub_system (
    code text NOT NULL,
    rank integer NOT NULL,
    name jsonb NOT NULL,
    owner jsonb NOT NULL,
    purpose jsonb NOT NULL,
    document text NOT NULL,
    allows jsonb NOT NULL,
    contact text NOT NULL,
    direction text NOT NULL,
    connector text NOT NULL,
    kind text NOT NULL,
    address text NOT NULL,
    state text NOT NULL,
    simulated boolean NOT NULL,
    program_id uuid,
    edited boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    bookmark text DEFAULT ''::text NOT NULL,
    checked_at timestamp with time zone,
    seen_at timestamp with time zone,
    latency_ms integer,
    fault text DEFAULT ''::text NOT NULL,
    CONSTRAINT hub_system_connector_check CHECK ((connector = ANY (ARRAY['rest-pull'::text, 'rest-push'::text, 'inbound'::text, 'none'::text]))),
    CONSTRAINT hub_system_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text, 'both'::text]))),
    CONSTRAINT hub_system_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'test'::text, 'live'::text, 'stopped'::text])))
);

CREATE TABLE integration.hub_use (
    contract_id uuid NOT NULL,
    day date NOT NULL,
    exchanges integer NOT NULL
);

CREATE TABLE integration.request (
    report_ref text NOT NULL,
    program_id uuid,
    program_name text NOT NULL,
    client_key text,
    media_url text DEFAULT ''::text NOT NULL,
    media_fault jsonb,
    sent_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE integration.request IS 'Which report came from which program by Open311';

CREATE TABLE integration.sender (
    report_ref text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    device_id text NOT NULL,
    account_id text NOT NULL,
    sent_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE integration.sender IS 'Who told a program of a report, as they said';

CREATE TABLE integration.sender_look (
    id uuid NOT NULL,
    report_ref text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    purpose text NOT NULL,
    at timestamp with time zone NOT NULL
);

COMMENT ON TABLE integration.sender_look IS 'Who of the city looked at a sender, and why';

CREATE TABLE integration.sending (
    id uuid NOT NULL,
    destination text NOT NULL,
    case_id uuid NOT NULL,
    ref text NOT NULL,
    state text NOT NULL,
    edits jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    maybe_there boolean DEFAULT false NOT NULL,
    begun_at timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    lease uuid,
    lease_until timestamp with time zone,
    token text DEFAULT ''::text NOT NULL,
    their_id text DEFAULT ''::text NOT NULL,
    their_status text DEFAULT ''::text NOT NULL,
    their_at timestamp with time zone,
    asked_at timestamp with time zone,
    fault jsonb,
    their_words text DEFAULT ''::text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT sending_state_check CHECK ((state = ANY (ARRAY['trial'::text, 'waiting'::text, 'token'::text, 'sent'::text, 'dead'::text, 'given_up'::text])))
);

COMMENT ON TABLE integration.sending IS 'What became of each case that was handed over';

CREATE TABLE integration.update_received (
    source text NOT NULL,
    update_id text NOT NULL,
    case_id uuid NOT NULL,
    ours text NOT NULL,
    status text NOT NULL,
    said_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    received_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE integration.update_received IS 'What other systems have said of cases';

CREATE TABLE integration.webhook (
    id uuid NOT NULL,
    program_id uuid,
    owner_id uuid,
    url text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    types text[] NOT NULL,
    categories text[] DEFAULT '{}'::text[] NOT NULL,
    wards text[] DEFAULT '{}'::text[] NOT NULL,
    units text[] DEFAULT '{}'::text[] NOT NULL,
    statuses text[] DEFAULT '{}'::text[] NOT NULL,
    secret bytea NOT NULL,
    former_secret bytea,
    former_until timestamp with time zone,
    paused_at timestamp with time zone,
    paused_why text DEFAULT ''::text NOT NULL,
    failing_since timestamp with time zone,
    hold_until timestamp with time zone,
    holds integer DEFAULT 0 NOT NULL,
    delivered_at timestamp with time zone,
    made_at timestamp with time zone NOT NULL,
    refs text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT webhook_check CHECK (((program_id IS NOT NULL) OR (owner_id IS NOT NULL))),
    CONSTRAINT webhook_paused_why_check CHECK ((paused_why = ANY (ARRAY[''::text, 'owner'::text, 'failing'::text, 'gone'::text])))
);

COMMENT ON TABLE integration.webhook IS 'Where programs want to be told what happens';

CREATE TABLE integration.webhook_body (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    made_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE integration.webhook_body IS 'What is sent to webhooks';

CREATE TABLE integration.webhook_cursor (
    id boolean DEFAULT true NOT NULL,
    "position" text NOT NULL,
    CONSTRAINT webhook_cursor_id_check CHECK (id)
);

COMMENT ON TABLE integration.webhook_cursor IS 'How far the log of events has been handed out';

CREATE TABLE integration.webhook_delivery (
    id bigint NOT NULL,
    webhook_id uuid NOT NULL,
    body_id uuid NOT NULL,
    subject text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    replay boolean DEFAULT false NOT NULL,
    made_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease uuid,
    lease_until timestamp with time zone,
    attempts smallint DEFAULT 0 NOT NULL,
    status smallint,
    ms integer,
    tries jsonb DEFAULT '[]'::jsonb NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT webhook_delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.05');

COMMENT ON TABLE integration.webhook_delivery IS 'What became of it at each address, for 30 days';

ALTER TABLE integration.webhook_delivery ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME integration.webhook_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kernel.answer (
    id bytea NOT NULL,
    request bytea NOT NULL,
    status smallint,
    body bytea,
    at timestamp with time zone NOT NULL
);

CREATE TABLE kernel.event (
    id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    body jsonb NOT NULL,
    seq bigint NOT NULL,
    tx xid8 DEFAULT pg_current_xact_id() NOT NULL
);

ALTER TABLE kernel.event ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kernel.event_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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

CREATE TABLE messages.push (
    id uuid NOT NULL,
    person_id uuid,
    topic text NOT NULL,
    words jsonb NOT NULL,
    link text NOT NULL,
    urgent boolean NOT NULL,
    replaces text NOT NULL,
    severity smallint NOT NULL,
    wards text[] NOT NULL,
    categories text[] NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT push_topic_check CHECK ((topic = ANY (ARRAY['mine'::text, 'followed'::text, 'warnings'::text, 'questions'::text])))
);

CREATE TABLE messages.push_choice (
    person_id uuid NOT NULL,
    mine boolean NOT NULL,
    questions boolean NOT NULL,
    warnings smallint NOT NULL,
    wards text[] NOT NULL,
    categories text[] NOT NULL,
    quiet_from smallint,
    quiet_to smallint,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT push_choice_check CHECK (((quiet_from IS NULL) = (quiet_to IS NULL))),
    CONSTRAINT push_choice_quiet_from_check CHECK (((quiet_from >= 0) AND (quiet_from <= 1439))),
    CONSTRAINT push_choice_quiet_to_check CHECK (((quiet_to >= 0) AND (quiet_to <= 1439))),
    CONSTRAINT push_choice_warnings_check CHECK (((warnings >= 1) AND (warnings <= 4)))
);

CREATE TABLE messages.push_delivery (
    push_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    settled text,
    answer smallint,
    settled_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    CONSTRAINT push_delivery_settled_check CHECK ((settled = ANY (ARRAY['sent'::text, 'refused'::text, 'expired'::text])))
);

CREATE TABLE messages.push_origin (
    origin text NOT NULL,
    wait_until timestamp with time zone NOT NULL
);

CREATE TABLE messages.push_pruned (
    day date NOT NULL,
    platform text NOT NULL,
    count integer NOT NULL
);

CREATE TABLE messages.push_subscription (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    session_id uuid NOT NULL,
    endpoint text NOT NULL,
    origin text NOT NULL,
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    ikm bytea NOT NULL,
    generation integer NOT NULL,
    language text NOT NULL,
    platform text NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone NOT NULL
);

CREATE TABLE messages.simulated (
    id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT simulated_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'push'::text])))
);

CREATE TABLE messages.simulated_device (
    token text NOT NULL,
    private_key bytea NOT NULL,
    auth bytea NOT NULL,
    answer smallint DEFAULT 201 NOT NULL,
    retry_after integer DEFAULT 0 NOT NULL,
    made_at timestamp with time zone NOT NULL
);

CREATE TABLE opendata.list_version (
    code text NOT NULL,
    number integer NOT NULL,
    published_at timestamp with time zone NOT NULL,
    digest text NOT NULL,
    items jsonb NOT NULL,
    change jsonb NOT NULL,
    CONSTRAINT list_version_number_check CHECK ((number > 0))
);

COMMENT ON TABLE opendata.list_version IS 'Every version of every code list; rows are only added';

CREATE TABLE opendata.version (
    code text NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    columns json NOT NULL,
    CONSTRAINT version_version_check CHECK ((version > 0))
);

COMMENT ON TABLE opendata.version IS 'The columns of each data set, from the first to those of now';

CREATE TABLE partners.application (
    id uuid NOT NULL,
    code text NOT NULL,
    name jsonb NOT NULL,
    summary jsonb NOT NULL,
    run_by text NOT NULL,
    contact text NOT NULL,
    owner_id uuid,
    state text NOT NULL,
    mode text NOT NULL,
    home_url text NOT NULL,
    redirect_uris text[] NOT NULL,
    scopes text[] NOT NULL,
    public boolean NOT NULL,
    secret_hash bytea,
    sector text NOT NULL,
    alg text NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    made_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT application_alg_check CHECK ((alg = ANY (ARRAY['ES256'::text, 'RS256'::text]))),
    CONSTRAINT application_mode_check CHECK ((mode = ANY (ARRAY['frame'::text, 'link'::text]))),
    CONSTRAINT application_state_check CHECK ((state = ANY (ARRAY['test'::text, 'asked'::text, 'published'::text, 'suspended'::text])))
);

COMMENT ON COLUMN partners.application.sector IS 'What a person''s pairwise subject is made for: two applications of one sector see the same one.';

CREATE UNLOGGED TABLE partners.bucket (
    key text NOT NULL,
    most double precision NOT NULL,
    level double precision NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE partners.consent (
    application_id uuid NOT NULL,
    person_id uuid NOT NULL,
    scopes text[] NOT NULL,
    ward text DEFAULT ''::text NOT NULL,
    since timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);

CREATE TABLE partners.intent (
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    person_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reference text NOT NULL,
    text text NOT NULL,
    state text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT intent_amount_check CHECK ((amount > 0)),
    CONSTRAINT intent_state_check CHECK ((state = 'created'::text))
);

CREATE TABLE partners.journal (
    id uuid NOT NULL,
    application_id uuid,
    actor_id uuid,
    actor_name text NOT NULL,
    what text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE partners.notice (
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    person_id uuid NOT NULL,
    title text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE partners.program (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    purpose text NOT NULL,
    contact text NOT NULL,
    run_by text DEFAULT ''::text NOT NULL,
    owner_id uuid,
    state text NOT NULL,
    scopes text[] NOT NULL,
    asked text[] DEFAULT '{}'::text[] NOT NULL,
    asked_why text DEFAULT ''::text NOT NULL,
    a_minute integer NOT NULL,
    a_day integer NOT NULL,
    writes_a_day integer NOT NULL,
    fingerprint text DEFAULT ''::text NOT NULL,
    sample boolean DEFAULT false NOT NULL,
    made_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT program_a_day_check CHECK ((a_day > 0)),
    CONSTRAINT program_a_minute_check CHECK ((a_minute > 0)),
    CONSTRAINT program_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text]))),
    CONSTRAINT program_writes_a_day_check CHECK ((writes_a_day >= 0))
);

COMMENT ON COLUMN partners.program.fingerprint IS 'SHA-256 of its certificate in hexadecimal; with one, its keys are taken from nobody else.';

CREATE TABLE partners.program_entry (
    id uuid NOT NULL,
    program_id uuid NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    what text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE partners.program_key (
    id uuid NOT NULL,
    program_id uuid NOT NULL,
    hash bytea NOT NULL,
    prefix text NOT NULL,
    name text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone
);

CREATE TABLE partners.program_token (
    hash bytea NOT NULL,
    key_id uuid NOT NULL,
    scopes text[] NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE partners.program_usage (
    program_id uuid NOT NULL,
    hour timestamp with time zone NOT NULL,
    status smallint NOT NULL,
    requests bigint NOT NULL,
    writes bigint NOT NULL,
    bytes bigint NOT NULL
);

CREATE TABLE partners.sign_in (
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    person_id uuid NOT NULL,
    scopes text[] NOT NULL,
    code_hash bytea NOT NULL,
    code_until timestamp with time zone NOT NULL,
    code_used_at timestamp with time zone,
    redirect_uri text NOT NULL,
    challenge text NOT NULL,
    nonce text NOT NULL,
    acr text NOT NULL,
    signed_in_at timestamp with time zone NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

CREATE TABLE partners.tester (
    application_id uuid NOT NULL,
    person_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    removed_at timestamp with time zone
);

CREATE TABLE partners.token (
    hash bytea NOT NULL,
    sign_in_id uuid NOT NULL,
    kind text NOT NULL,
    scopes text[] NOT NULL,
    until timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT token_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'refresh'::text])))
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
    note text DEFAULT ''::text NOT NULL,
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

CREATE TABLE reports.point (
    number integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    category text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    ward text,
    unit text DEFAULT ''::text NOT NULL,
    own_number text DEFAULT ''::text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone
);

COMMENT ON TABLE reports.point IS 'Things in the street that bear a sign with a number';

ALTER TABLE reports.point ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME reports.point_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE reports.point_report (
    report_id uuid NOT NULL,
    point integer NOT NULL
);

COMMENT ON TABLE reports.point_report IS 'Which reports are about which thing in the street';

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
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT report_place_precision_check CHECK ((place_precision = ANY (ARRAY['point'::text, 'ward'::text, 'unknown'::text]))),
    CONSTRAINT report_status_check CHECK ((status = ANY (ARRAY['new'::text, 'accepted'::text, 'routed'::text, 'doing'::text, 'waiting'::text, 'answered'::text, 'done'::text, 'rejected'::text, 'merged'::text])))
);

COMMENT ON TABLE reports.report IS 'What residents told the city, with what lists need of its case';

CREATE VIEW reports.request AS
 SELECT id,
    ref,
    status,
    open,
    category,
    description,
    photos,
    unit_id,
    unit_name,
    sent_at,
    updated_at,
    due_at,
    closed_at,
    address,
    ward,
    latitude,
    longitude,
    place_precision,
    answer,
    reason,
    rating,
    voices,
    attributes,
        CASE
            WHEN (merged_into IS NOT NULL) THEN ( SELECT into_report.ref
               FROM reports.report into_report
              WHERE ((into_report.case_id = report.merged_into) AND (NOT into_report.private)))
            ELSE NULL::text
        END AS merged_ref
   FROM reports.report
  WHERE (NOT private);

COMMENT ON VIEW reports.request IS 'Reports that are not private, as programs read them';

CREATE TABLE reports.voice (
    report_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    photos uuid[] DEFAULT '{}'::uuid[] NOT NULL
);

COMMENT ON TABLE reports.voice IS 'Who else sees what a report tells';

CREATE TABLE services.change (
    code text NOT NULL,
    version integer NOT NULL,
    edits jsonb NOT NULL,
    changed_by uuid,
    changed_name text NOT NULL,
    changed_at timestamp with time zone NOT NULL
);

CREATE TABLE services.face (
    person_id uuid NOT NULL,
    face text NOT NULL,
    chosen boolean NOT NULL
);

CREATE TABLE services.favourite (
    person_id uuid NOT NULL,
    code text NOT NULL,
    added_at timestamp with time zone NOT NULL
);

CREATE TABLE services.look (
    code text NOT NULL,
    ok boolean NOT NULL,
    status integer NOT NULL,
    since timestamp with time zone NOT NULL,
    looked_at timestamp with time zone NOT NULL,
    last_ok_at timestamp with time zone,
    last_failed_at timestamp with time zone
);

CREATE TABLE services.service (
    code text NOT NULL,
    "position" integer NOT NULL,
    profile jsonb NOT NULL,
    edits jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    gone_at timestamp with time zone
);

CREATE TABLE services.service_group (
    code text NOT NULL,
    "position" integer NOT NULL,
    icon text NOT NULL,
    name jsonb NOT NULL
);

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

ALTER TABLE cases."case"
    ADD CONSTRAINT case_source_check CHECK ((source = ANY (ARRAY['report'::text, 'question'::text, 'call'::text, 'detection'::text, 'officer'::text, 'import'::text]))) NOT VALID;

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

ALTER TABLE ONLY dialogue.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dialogue.edit
    ADD CONSTRAINT edit_pkey PRIMARY KEY (question_id, version);

ALTER TABLE ONLY dialogue.question
    ADD CONSTRAINT question_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY dialogue.question
    ADD CONSTRAINT question_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dialogue.question
    ADD CONSTRAINT question_ref_key UNIQUE (ref);

ALTER TABLE ONLY dialogue.survey
    ADD CONSTRAINT survey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dialogue.survey
    ADD CONSTRAINT survey_ref_key UNIQUE (ref);

ALTER TABLE ONLY dialogue.taker
    ADD CONSTRAINT taker_pkey PRIMARY KEY (survey_id, person_id);

ALTER TABLE ONLY dialogue.vote
    ADD CONSTRAINT vote_pkey PRIMARY KEY (question_id, person_id);

ALTER TABLE ONLY identity.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.acting
    ADD CONSTRAINT acting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.card
    ADD CONSTRAINT card_number_key UNIQUE (number);

ALTER TABLE ONLY identity.card
    ADD CONSTRAINT card_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.code
    ADD CONSTRAINT code_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.concern
    ADD CONSTRAINT concern_access_id_key UNIQUE (access_id);

ALTER TABLE ONLY identity.concern
    ADD CONSTRAINT concern_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (channel, address);

ALTER TABLE ONLY identity.external_id
    ADD CONSTRAINT external_id_person_id_issuer_key UNIQUE (person_id, issuer);

ALTER TABLE ONLY identity.external_id
    ADD CONSTRAINT external_id_pkey PRIMARY KEY (issuer, subject);

ALTER TABLE ONLY identity.farewell
    ADD CONSTRAINT farewell_pkey PRIMARY KEY (person_id);

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

ALTER TABLE ONLY identity.takeout
    ADD CONSTRAINT takeout_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.destination
    ADD CONSTRAINT destination_pkey PRIMARY KEY (code);

ALTER TABLE ONLY integration.hub_check
    ADD CONSTRAINT hub_check_pkey PRIMARY KEY (system, at);

ALTER TABLE ONLY integration.hub_checkpoint
    ADD CONSTRAINT hub_checkpoint_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY integration.hub_contract
    ADD CONSTRAINT hub_contract_number_key UNIQUE (number);

ALTER TABLE ONLY integration.hub_contract
    ADD CONSTRAINT hub_contract_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.hub_entry_new
    ADD CONSTRAINT hub_entry_new_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.hub_entry
    ADD CONSTRAINT hub_entry_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY integration.hub_mapping
    ADD CONSTRAINT hub_mapping_pkey PRIMARY KEY (system, kind, version);

ALTER TABLE ONLY integration.hub_message
    ADD CONSTRAINT hub_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.hub_message
    ADD CONSTRAINT hub_message_system_direction_kind_external_id_key UNIQUE (system, direction, kind, external_id);

ALTER TABLE ONLY integration.hub_record
    ADD CONSTRAINT hub_record_pkey PRIMARY KEY (system, kind, key);

ALTER TABLE ONLY integration.hub_system
    ADD CONSTRAINT hub_system_pkey PRIMARY KEY (code);

ALTER TABLE ONLY integration.hub_use
    ADD CONSTRAINT hub_use_pkey PRIMARY KEY (contract_id, day);

ALTER TABLE ONLY integration.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (report_ref);

ALTER TABLE ONLY integration.sender_look
    ADD CONSTRAINT sender_look_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.sender
    ADD CONSTRAINT sender_pkey PRIMARY KEY (report_ref);

ALTER TABLE ONLY integration.sending
    ADD CONSTRAINT sending_destination_case_id_key UNIQUE (destination, case_id);

ALTER TABLE ONLY integration.sending
    ADD CONSTRAINT sending_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.update_received
    ADD CONSTRAINT update_received_pkey PRIMARY KEY (source, update_id);

ALTER TABLE ONLY integration.webhook_body
    ADD CONSTRAINT webhook_body_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.webhook_cursor
    ADD CONSTRAINT webhook_cursor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.webhook_delivery
    ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY integration.webhook
    ADD CONSTRAINT webhook_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kernel.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY messages.push_choice
    ADD CONSTRAINT push_choice_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY messages.push_delivery
    ADD CONSTRAINT push_delivery_id_key UNIQUE (id);

ALTER TABLE ONLY messages.push_delivery
    ADD CONSTRAINT push_delivery_pkey PRIMARY KEY (push_id, subscription_id);

ALTER TABLE ONLY messages.push_origin
    ADD CONSTRAINT push_origin_pkey PRIMARY KEY (origin);

ALTER TABLE ONLY messages.push
    ADD CONSTRAINT push_pkey PRIMARY KEY (id);

ALTER TABLE ONLY messages.push_pruned
    ADD CONSTRAINT push_pruned_pkey PRIMARY KEY (day, platform);

ALTER TABLE ONLY messages.push_subscription
    ADD CONSTRAINT push_subscription_endpoint_key UNIQUE (endpoint);

ALTER TABLE ONLY messages.push_subscription
    ADD CONSTRAINT push_subscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY messages.simulated_device
    ADD CONSTRAINT simulated_device_pkey PRIMARY KEY (token);

ALTER TABLE ONLY messages.simulated
    ADD CONSTRAINT simulated_pkey PRIMARY KEY (id);

ALTER TABLE ONLY opendata.list_version
    ADD CONSTRAINT list_version_pkey PRIMARY KEY (code, number);

ALTER TABLE ONLY opendata.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (code, version);

ALTER TABLE ONLY partners.application
    ADD CONSTRAINT application_code_key UNIQUE (code);

ALTER TABLE ONLY partners.application
    ADD CONSTRAINT application_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.bucket
    ADD CONSTRAINT bucket_pkey PRIMARY KEY (key);

ALTER TABLE ONLY partners.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (application_id, person_id);

ALTER TABLE ONLY partners.intent
    ADD CONSTRAINT intent_application_id_person_id_reference_key UNIQUE (application_id, person_id, reference);

ALTER TABLE ONLY partners.intent
    ADD CONSTRAINT intent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.program
    ADD CONSTRAINT program_code_key UNIQUE (code);

ALTER TABLE ONLY partners.program_entry
    ADD CONSTRAINT program_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.program_key
    ADD CONSTRAINT program_key_hash_key UNIQUE (hash);

ALTER TABLE ONLY partners.program_key
    ADD CONSTRAINT program_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.program
    ADD CONSTRAINT program_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.program_token
    ADD CONSTRAINT program_token_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY partners.program_usage
    ADD CONSTRAINT program_usage_pkey PRIMARY KEY (program_id, hour, status);

ALTER TABLE ONLY partners.sign_in
    ADD CONSTRAINT sign_in_code_hash_key UNIQUE (code_hash);

ALTER TABLE ONLY partners.sign_in
    ADD CONSTRAINT sign_in_pkey PRIMARY KEY (id);

ALTER TABLE ONLY partners.tester
    ADD CONSTRAINT tester_pkey PRIMARY KEY (application_id, person_id);

ALTER TABLE ONLY partners.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (hash);

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

ALTER TABLE ONLY reports.point
    ADD CONSTRAINT point_pkey PRIMARY KEY (number);

ALTER TABLE ONLY reports.point_report
    ADD CONSTRAINT point_report_pkey PRIMARY KEY (report_id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_ref_key UNIQUE (ref);

ALTER TABLE ONLY reports.voice
    ADD CONSTRAINT voice_pkey PRIMARY KEY (report_id, person_id);

ALTER TABLE ONLY services.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (code, version);

ALTER TABLE ONLY services.face
    ADD CONSTRAINT face_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY services.favourite
    ADD CONSTRAINT favourite_pkey PRIMARY KEY (person_id, code);

ALTER TABLE ONLY services.look
    ADD CONSTRAINT look_pkey PRIMARY KEY (code);

ALTER TABLE ONLY services.service_group
    ADD CONSTRAINT service_group_pkey PRIMARY KEY (code);

ALTER TABLE ONLY services.service
    ADD CONSTRAINT service_pkey PRIMARY KEY (code);

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

CREATE INDEX entry_at ON cases.entry USING btree (at, case_id, seq);

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

CREATE INDEX answer_person ON dialogue.answer USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX answer_survey ON dialogue.answer USING btree (survey_id);

CREATE INDEX question_asker ON dialogue.question USING btree (asker_id, asked_at DESC) WHERE (asker_id IS NOT NULL);

CREATE INDEX question_merged ON dialogue.question USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX question_newest ON dialogue.question USING btree (answered_at DESC, id DESC) WHERE shown;

CREATE UNIQUE INDEX question_once ON dialogue.question USING btree (asker_id, client_key) WHERE (client_key IS NOT NULL);

CREATE INDEX question_search ON dialogue.question USING gin (search) WHERE shown;

CREATE INDEX question_topic ON dialogue.question USING btree (topic, answered_at DESC, id DESC) WHERE shown;

CREATE INDEX survey_public ON dialogue.survey USING btree (closes_at DESC) WHERE (published_at IS NOT NULL);

CREATE INDEX taker_person ON dialogue.taker USING btree (person_id);

CREATE INDEX vote_person ON dialogue.vote USING btree (person_id);

CREATE INDEX access_actor ON identity.access USING btree (actor_id);

CREATE INDEX access_at ON identity.access USING btree (at DESC);

CREATE INDEX access_person ON identity.access USING btree (person_id, at DESC);

CREATE INDEX acting_helper ON identity.acting USING btree (helper_id, asked_at DESC);

CREATE INDEX acting_person ON identity.acting USING btree (person_id, begun_at DESC);

CREATE INDEX acting_session ON identity.acting USING btree (session_id) WHERE ((begun_at IS NOT NULL) AND (ended_at IS NULL));

CREATE INDEX card_person ON identity.card USING btree (person_id);

CREATE INDEX concern_open ON identity.concern USING btree (raised_at) WHERE (settled_at IS NULL);

CREATE INDEX concern_person ON identity.concern USING btree (person_id);

CREATE INDEX contact_person ON identity.contact USING btree (person_id);

CREATE INDEX farewell_due ON identity.farewell USING btree (due_at) WHERE ((done_at IS NULL) OR held);

CREATE INDEX grant_role ON identity."grant" USING btree (role, person_id);

CREATE INDEX person_name ON identity.person USING gin (to_tsvector('simple'::regconfig, folded));

CREATE INDEX session_person ON identity.session USING btree (person_id) WHERE (ended_at IS NULL);

CREATE INDEX takeout_person ON identity.takeout USING btree (person_id, asked_at DESC);

CREATE UNIQUE INDEX takeout_waiting ON identity.takeout USING btree (person_id) WHERE (ready_at IS NULL);

CREATE UNIQUE INDEX hub_contract_in_force ON integration.hub_contract USING btree (system, kind, direction) WHERE (state = 'approved'::text);

CREATE INDEX hub_entry_of_message ON integration.hub_entry USING btree (message_id);

CREATE INDEX hub_entry_of_system ON integration.hub_entry USING btree (system, seq);

CREATE INDEX hub_message_dead ON integration.hub_message USING btree (made_at) WHERE (state = 'dead'::text);

CREATE INDEX hub_message_kept ON integration.hub_message USING btree (keep_until) WHERE (body IS NOT NULL);

CREATE INDEX hub_message_of_system ON integration.hub_message USING btree (system, made_at);

CREATE INDEX hub_record_kept ON integration.hub_record USING btree (keep_until) WHERE (body IS NOT NULL);

CREATE UNIQUE INDEX request_once ON integration.request USING btree (program_id, client_key) WHERE (client_key IS NOT NULL);

CREATE INDEX sender_age ON integration.sender USING btree (sent_at);

CREATE INDEX sender_look_by ON integration.sender_look USING btree (actor_id) WHERE (actor_id IS NOT NULL);

CREATE INDEX sender_look_of ON integration.sender_look USING btree (report_ref, at DESC);

CREATE INDEX sending_case ON integration.sending USING btree (case_id);

CREATE INDEX sending_due ON integration.sending USING btree (due_at) WHERE (state = ANY (ARRAY['waiting'::text, 'token'::text]));

CREATE INDEX sending_of ON integration.sending USING btree (destination, made_at DESC);

CREATE INDEX sending_theirs ON integration.sending USING btree (destination, their_id) WHERE (their_id <> ''::text);

CREATE INDEX update_received_of ON integration.update_received USING btree (case_id, source, said_at);

CREATE INDEX webhook_body_age ON integration.webhook_body USING btree (made_at);

CREATE INDEX webhook_delivery_age ON integration.webhook_delivery USING btree (made_at);

CREATE INDEX webhook_delivery_body ON integration.webhook_delivery USING btree (body_id);

CREATE INDEX webhook_delivery_due ON integration.webhook_delivery USING btree (webhook_id, due_at, id) WHERE (state = 'waiting'::text);

CREATE INDEX webhook_delivery_log ON integration.webhook_delivery USING btree (webhook_id, id DESC);

CREATE INDEX webhook_delivery_turn ON integration.webhook_delivery USING btree (webhook_id, subject, id) WHERE (state = 'waiting'::text);

CREATE INDEX webhook_of_owner ON integration.webhook USING btree (owner_id);

CREATE INDEX webhook_of_program ON integration.webhook USING btree (program_id);

CREATE INDEX answer_at ON kernel.answer USING btree (at);

CREATE UNIQUE INDEX event_log ON kernel.event USING btree (tx, seq);

CREATE INDEX job_due ON kernel.job USING btree (run_at, id) WHERE (failed_at IS NULL);

CREATE INDEX file_large ON media.file USING btree (large);

CREATE INDEX file_of_keeper ON media.file USING btree (keeper_id, kept_at);

CREATE INDEX file_unclaimed ON media.file USING btree (kept_at) WHERE (claimed_at IS NULL);

CREATE INDEX message_of_person ON messages.message USING btree (person_id, id DESC);

CREATE INDEX message_unread ON messages.message USING btree (person_id) WHERE (read_at IS NULL);

CREATE INDEX push_delivery_of_subscription ON messages.push_delivery USING btree (subscription_id);

CREATE INDEX push_oldest ON messages.push USING btree (asked_at);

CREATE INDEX push_subscription_of_person ON messages.push_subscription USING btree (person_id);

CREATE INDEX simulated_newest ON messages.simulated USING btree (received_at DESC, id DESC);

CREATE INDEX application_owner ON partners.application USING btree (owner_id);

CREATE INDEX application_state ON partners.application USING btree (state);

CREATE INDEX bucket_at ON partners.bucket USING btree (at);

CREATE INDEX consent_person ON partners.consent USING btree (person_id);

CREATE INDEX intent_person ON partners.intent USING btree (person_id);

CREATE INDEX journal_application ON partners.journal USING btree (application_id, id DESC);

CREATE INDEX notice_person ON partners.notice USING btree (person_id, application_id, at DESC);

CREATE INDEX program_entry_program ON partners.program_entry USING btree (program_id, id DESC);

CREATE INDEX program_key_program ON partners.program_key USING btree (program_id);

CREATE INDEX program_owner ON partners.program USING btree (owner_id);

CREATE INDEX program_token_key ON partners.program_token USING btree (key_id);

CREATE INDEX program_token_until ON partners.program_token USING btree (until);

CREATE INDEX program_usage_hour ON partners.program_usage USING btree (hour);

CREATE INDEX sign_in_begun ON partners.sign_in USING btree (begun_at);

CREATE INDEX sign_in_person ON partners.sign_in USING btree (person_id, application_id) WHERE (ended_at IS NULL);

CREATE INDEX tester_person ON partners.tester USING btree (person_id);

CREATE INDEX token_sign_in ON partners.token USING btree (sign_in_id);

CREATE INDEX token_until ON partners.token USING btree (until);

CREATE INDEX point_by_ward ON reports.point USING btree (ward, number);

CREATE UNIQUE INDEX point_own_number ON reports.point USING btree (kind, own_number) WHERE ((own_number <> ''::text) AND (retired_at IS NULL));

CREATE INDEX point_report_of ON reports.point_report USING btree (point);

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

CREATE INDEX report_updated ON reports.report USING btree (updated_at DESC, id DESC) WHERE (NOT private);

CREATE INDEX change_by ON services.change USING btree (changed_by);

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

ALTER TABLE ONLY dialogue.answer
    ADD CONSTRAINT answer_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY dialogue.answer
    ADD CONSTRAINT answer_survey_id_fkey FOREIGN KEY (survey_id) REFERENCES dialogue.survey(id);

ALTER TABLE ONLY dialogue.edit
    ADD CONSTRAINT edit_question_id_fkey FOREIGN KEY (question_id) REFERENCES dialogue.question(id);

ALTER TABLE ONLY dialogue.question
    ADD CONSTRAINT question_asker_id_fkey FOREIGN KEY (asker_id) REFERENCES identity.person(id);

ALTER TABLE ONLY dialogue.question
    ADD CONSTRAINT question_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY dialogue.question
    ADD CONSTRAINT question_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES dialogue.question(id);

ALTER TABLE ONLY dialogue.survey
    ADD CONSTRAINT survey_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES identity.organisation(id);

ALTER TABLE ONLY dialogue.taker
    ADD CONSTRAINT taker_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY dialogue.taker
    ADD CONSTRAINT taker_survey_id_fkey FOREIGN KEY (survey_id) REFERENCES dialogue.survey(id);

ALTER TABLE ONLY dialogue.vote
    ADD CONSTRAINT vote_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY dialogue.vote
    ADD CONSTRAINT vote_question_id_fkey FOREIGN KEY (question_id) REFERENCES dialogue.question(id);

ALTER TABLE ONLY identity.access
    ADD CONSTRAINT access_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.acting
    ADD CONSTRAINT acting_helper_id_fkey FOREIGN KEY (helper_id) REFERENCES identity.person(id);

ALTER TABLE ONLY identity.acting
    ADD CONSTRAINT acting_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY identity.card
    ADD CONSTRAINT card_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.concern
    ADD CONSTRAINT concern_access_id_fkey FOREIGN KEY (access_id) REFERENCES identity.access(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.concern
    ADD CONSTRAINT concern_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.contact
    ADD CONSTRAINT contact_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.external_id
    ADD CONSTRAINT external_id_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.farewell
    ADD CONSTRAINT farewell_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY identity."grant"
    ADD CONSTRAINT grant_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES identity.organisation(id);

ALTER TABLE ONLY identity."grant"
    ADD CONSTRAINT grant_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.session
    ADD CONSTRAINT session_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY identity.takeout
    ADD CONSTRAINT takeout_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY integration.hub_check
    ADD CONSTRAINT hub_check_system_fkey FOREIGN KEY (system) REFERENCES integration.hub_system(code);

ALTER TABLE ONLY integration.hub_checkpoint
    ADD CONSTRAINT hub_checkpoint_seq_fkey FOREIGN KEY (seq) REFERENCES integration.hub_entry(seq);

ALTER TABLE ONLY integration.hub_contract
    ADD CONSTRAINT hub_contract_system_fkey FOREIGN KEY (system) REFERENCES integration.hub_system(code);

ALTER TABLE ONLY integration.hub_mapping
    ADD CONSTRAINT hub_mapping_system_fkey FOREIGN KEY (system) REFERENCES integration.hub_system(code);

ALTER TABLE ONLY integration.hub_message
    ADD CONSTRAINT hub_message_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES integration.hub_contract(id);

ALTER TABLE ONLY integration.hub_message
    ADD CONSTRAINT hub_message_system_fkey FOREIGN KEY (system) REFERENCES integration.hub_system(code);

ALTER TABLE ONLY integration.hub_record
    ADD CONSTRAINT hub_record_system_fkey FOREIGN KEY (system) REFERENCES integration.hub_system(code);

ALTER TABLE ONLY integration.hub_use
    ADD CONSTRAINT hub_use_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES integration.hub_contract(id);

ALTER TABLE ONLY integration.sender_look
    ADD CONSTRAINT sender_look_report_ref_fkey FOREIGN KEY (report_ref) REFERENCES integration.request(report_ref) ON DELETE CASCADE;

ALTER TABLE ONLY integration.sender
    ADD CONSTRAINT sender_report_ref_fkey FOREIGN KEY (report_ref) REFERENCES integration.request(report_ref) ON DELETE CASCADE;

ALTER TABLE ONLY integration.sending
    ADD CONSTRAINT sending_destination_fkey FOREIGN KEY (destination) REFERENCES integration.destination(code);

ALTER TABLE ONLY integration.webhook_delivery
    ADD CONSTRAINT webhook_delivery_body_id_fkey FOREIGN KEY (body_id) REFERENCES integration.webhook_body(id);

ALTER TABLE ONLY integration.webhook_delivery
    ADD CONSTRAINT webhook_delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES integration.webhook(id) ON DELETE CASCADE;

ALTER TABLE ONLY integration.webhook
    ADD CONSTRAINT webhook_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES identity.person(id);

ALTER TABLE ONLY integration.webhook
    ADD CONSTRAINT webhook_program_id_fkey FOREIGN KEY (program_id) REFERENCES partners.program(id) ON DELETE CASCADE;

ALTER TABLE ONLY media.file
    ADD CONSTRAINT file_keeper_id_fkey FOREIGN KEY (keeper_id) REFERENCES identity.person(id);

ALTER TABLE ONLY messages.message
    ADD CONSTRAINT message_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY messages.push_choice
    ADD CONSTRAINT push_choice_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY messages.push_delivery
    ADD CONSTRAINT push_delivery_push_id_fkey FOREIGN KEY (push_id) REFERENCES messages.push(id) ON DELETE CASCADE;

ALTER TABLE ONLY messages.push_delivery
    ADD CONSTRAINT push_delivery_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES messages.push_subscription(id) ON DELETE CASCADE;

ALTER TABLE ONLY messages.push
    ADD CONSTRAINT push_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY messages.push_subscription
    ADD CONSTRAINT push_subscription_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY partners.application
    ADD CONSTRAINT application_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES identity.person(id);

ALTER TABLE ONLY partners.consent
    ADD CONSTRAINT consent_application_id_fkey FOREIGN KEY (application_id) REFERENCES partners.application(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.intent
    ADD CONSTRAINT intent_application_id_fkey FOREIGN KEY (application_id) REFERENCES partners.application(id);

ALTER TABLE ONLY partners.journal
    ADD CONSTRAINT journal_application_id_fkey FOREIGN KEY (application_id) REFERENCES partners.application(id);

ALTER TABLE ONLY partners.notice
    ADD CONSTRAINT notice_application_id_fkey FOREIGN KEY (application_id) REFERENCES partners.application(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.program_entry
    ADD CONSTRAINT program_entry_program_id_fkey FOREIGN KEY (program_id) REFERENCES partners.program(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.program_key
    ADD CONSTRAINT program_key_program_id_fkey FOREIGN KEY (program_id) REFERENCES partners.program(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.program
    ADD CONSTRAINT program_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES identity.person(id);

ALTER TABLE ONLY partners.program_token
    ADD CONSTRAINT program_token_key_id_fkey FOREIGN KEY (key_id) REFERENCES partners.program_key(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.program_usage
    ADD CONSTRAINT program_usage_program_id_fkey FOREIGN KEY (program_id) REFERENCES partners.program(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.sign_in
    ADD CONSTRAINT sign_in_application_id_fkey FOREIGN KEY (application_id) REFERENCES partners.application(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.tester
    ADD CONSTRAINT tester_application_id_fkey FOREIGN KEY (application_id) REFERENCES partners.application(id) ON DELETE CASCADE;

ALTER TABLE ONLY partners.token
    ADD CONSTRAINT token_sign_in_id_fkey FOREIGN KEY (sign_in_id) REFERENCES partners.sign_in(id) ON DELETE CASCADE;

ALTER TABLE ONLY places.boundary
    ADD CONSTRAINT boundary_ward_code_fkey FOREIGN KEY (ward_code) REFERENCES places.ward(code);

ALTER TABLE ONLY reports.follower
    ADD CONSTRAINT follower_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY reports.follower
    ADD CONSTRAINT follower_report_id_fkey FOREIGN KEY (report_id) REFERENCES reports.report(id);

ALTER TABLE ONLY reports.point_report
    ADD CONSTRAINT point_report_point_fkey FOREIGN KEY (point) REFERENCES reports.point(number);

ALTER TABLE ONLY reports.point_report
    ADD CONSTRAINT point_report_report_id_fkey FOREIGN KEY (report_id) REFERENCES reports.report(id) ON DELETE CASCADE;

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_reporter_id_fkey FOREIGN KEY (reporter_id) REFERENCES identity.person(id);

ALTER TABLE ONLY reports.voice
    ADD CONSTRAINT voice_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY reports.voice
    ADD CONSTRAINT voice_report_id_fkey FOREIGN KEY (report_id) REFERENCES reports.report(id);

ALTER TABLE ONLY services.change
    ADD CONSTRAINT change_code_fkey FOREIGN KEY (code) REFERENCES services.service(code);

ALTER TABLE ONLY services.face
    ADD CONSTRAINT face_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY services.favourite
    ADD CONSTRAINT favourite_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

ALTER TABLE ONLY services.look
    ADD CONSTRAINT look_code_fkey FOREIGN KEY (code) REFERENCES services.service(code);
