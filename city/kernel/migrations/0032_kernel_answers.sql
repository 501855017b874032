-- What was answered to a request that bore an Idempotency-Key, so that the same one sent again is
-- answered alike and nothing is done twice. `id` is a digest of who asked and of the key, and
-- `request` one of what was asked: neither can be read back. A row whose status is null belongs to
-- a transaction under way. Kept for a day.
create table kernel.answer (
    id      bytea primary key,
    request bytea not null,
    status  smallint,
    body    bytea,
    at      timestamptz not null
);

create index answer_at on kernel.answer (at);
