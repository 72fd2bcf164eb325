-- One row per document, also for what remains of a deleted one: its epoch and last position are never used again.
-- The row is updated by every append, so a page keeps room for the next version of its rows.
create table weft_document (
    number            bigint generated always as identity primary key,
    kind              smallint not null,
    id                text collate "C" not null,
    epoch             bigint not null,
    existing          boolean not null,
    last_position     bigint not null default 0,
    snapshot_position bigint not null default 0,
    entry_count       bigint not null default 0,
    entry_bytes       bigint not null default 0,
    snapshot_bytes    bigint not null default 0,
    constraint weft_document_key unique (kind, id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

create table weft_entry (
    number   bigint not null,
    position bigint not null,
    blob     bytea not null,
    primary key (number, position)
);

create table weft_snapshot (
    number bigint primary key,
    blob   bytea not null
);
