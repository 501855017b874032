CREATE SCHEMA cases;

CREATE SCHEMA identity;

CREATE SCHEMA kernel;

CREATE SCHEMA media;

CREATE SCHEMA messages;

CREATE SCHEMA places;

CREATE SCHEMA reports;

CREATE TABLE cases."case" (
    id uuid NOT NULL,
    ref text NOT NULL,
    category text NOT NULL,
    process text NOT NULL,
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
    queue_at timestamp with time zone NOT NULL,
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
    CONSTRAINT case_check CHECK (((closed_at IS NOT NULL) = (status = ANY (ARRAY['done'::text, 'rejected'::text, 'merged'::text])))),
    CONSTRAINT case_check1 CHECK ((((merged_into IS NOT NULL) = (status = 'merged'::text)) OR (source = 'import'::text))),
    CONSTRAINT case_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT case_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT case_process_check CHECK ((process = ANY (ARRAY['instant'::text, 'time_bound'::text]))),
    CONSTRAINT case_rating_check CHECK ((rating = ANY (ARRAY['satisfied'::text, 'acceptable'::text, 'unsatisfied'::text]))),
    CONSTRAINT case_source_check CHECK ((source = ANY (ARRAY['report'::text, 'call'::text, 'detection'::text, 'officer'::text, 'import'::text]))),
    CONSTRAINT case_status_check CHECK ((status = ANY (ARRAY['new'::text, 'accepted'::text, 'routed'::text, 'doing'::text, 'answered'::text, 'done'::text, 'rejected'::text, 'merged'::text]))),
    CONSTRAINT case_summary_check CHECK (((length(summary) >= 1) AND (length(summary) <= 4000)))
);

CREATE TABLE cases.category (
    code text NOT NULL,
    rank integer NOT NULL,
    grp text NOT NULL,
    grp_name jsonb NOT NULL,
    grp_icon text NOT NULL,
    process text NOT NULL,
    icon text NOT NULL,
    name jsonb NOT NULL,
    hint jsonb NOT NULL,
    keywords text[] NOT NULL,
    verify_working_days integer NOT NULL,
    working_days integer NOT NULL,
    acknowledge_minutes integer NOT NULL,
    dispatch_minutes integer NOT NULL,
    close_minutes integer NOT NULL,
    private boolean NOT NULL,
    unit text,
    revision text NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT category_acknowledge_minutes_check CHECK ((acknowledge_minutes > 0)),
    CONSTRAINT category_close_minutes_check CHECK ((close_minutes > 0)),
    CONSTRAINT category_dispatch_minutes_check CHECK ((dispatch_minutes > 0)),
    CONSTRAINT category_process_check CHECK ((process = ANY (ARRAY['instant'::text, 'time_bound'::text]))),
    CONSTRAINT category_verify_working_days_check CHECK ((verify_working_days > 0)),
    CONSTRAINT category_working_days_check CHECK ((working_days > 0))
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
    CONSTRAINT report_place_precision_check CHECK ((place_precision = ANY (ARRAY['point'::text, 'ward'::text, 'unknown'::text]))),
    CONSTRAINT report_status_check CHECK ((status = ANY (ARRAY['new'::text, 'accepted'::text, 'routed'::text, 'doing'::text, 'answered'::text, 'done'::text, 'rejected'::text, 'merged'::text])))
);

COMMENT ON TABLE reports.report IS 'What residents told the city, with what lists need of its case';

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_external_id_key UNIQUE (external_id);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_pkey PRIMARY KEY (id);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_ref_key UNIQUE (ref);

ALTER TABLE ONLY cases.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (code);

ALTER TABLE ONLY cases.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (case_id, seq);

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

CREATE INDEX case_closed ON cases."case" USING btree (closed_at DESC, id DESC) WHERE (closed_at IS NOT NULL);

CREATE INDEX case_due ON cases."case" USING btree (due_at);

CREATE INDEX case_open ON cases."case" USING btree (queue_at, id) WHERE (closed_at IS NULL);

CREATE INDEX case_unit_open ON cases."case" USING btree (unit_id, queue_at, id) WHERE (closed_at IS NULL);

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

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_category_fkey FOREIGN KEY (category) REFERENCES cases.category(code);

ALTER TABLE ONLY cases."case"
    ADD CONSTRAINT case_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES cases."case"(id);

ALTER TABLE ONLY cases.entry
    ADD CONSTRAINT entry_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

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

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases."case"(id);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_reporter_id_fkey FOREIGN KEY (reporter_id) REFERENCES identity.person(id);
