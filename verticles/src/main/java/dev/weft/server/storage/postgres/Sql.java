package dev.weft.server.storage.postgres;

import dev.weft.crdt.history.HistoryBlock;

/** Every statement of the store. Names are unqualified: the connection's search path holds the schema. */
final class Sql {
    /**
     * Appends of several documents, at most one request each, in one statement and so in one transaction. A request whose
     * epoch is not the newest or whose positions are not free matches no row and writes nothing; the numbers of the others are
     * returned. A concurrent claim is waited for, and the epoch compared again afterwards: the database re-evaluates
     * the condition on the row it waited for.
     */
    static final String APPEND = """
            with request as (
                select * from unnest($1::int[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                        $7::bigint[], $8::bigint[])
                    as r(ord, kind, id, epoch, first_position, last_position, entry_count, entry_bytes)
            ), fenced as (
                update weft_document d
                set last_position = r.last_position,
                    entry_count = d.entry_count + r.entry_count,
                    entry_bytes = d.entry_bytes + r.entry_bytes
                from request r
                where d.kind = r.kind and d.id = r.id and d.epoch = r.epoch and d.existing
                    and d.last_position < r.first_position
                returning r.ord, d.number
            ), written as (
                insert into weft_entry (number, position, blob)
                select f.number, e.position, e.blob
                from unnest($9::int[], $10::bigint[], $11::bytea[]) as e(ord, position, blob)
                    join fenced f on f.ord = e.ord
            )
            select ord from fenced
            """;

    /** Creates documents or raises their epoch; an id at most once. */
    static final String CLAIM_OR_CREATE = """
            insert into weft_document (kind, id, epoch, existing)
            select kind, id, 1, true from unnest($1::smallint[], $2::text[]) as r(kind, id)
            on conflict (kind, id) do update set epoch = weft_document.epoch + 1, existing = true
            returning kind, id, epoch
            """;

    static final String CLAIM = """
            update weft_document d set epoch = d.epoch + 1
            from unnest($1::smallint[], $2::text[]) as r(kind, id)
            where d.kind = r.kind and d.id = r.id and d.existing
            returning d.kind, d.id, d.epoch
            """;

    private static final String INFO_COLUMNS =
            "number, epoch, existing, last_position, snapshot_position, entry_count, entry_bytes, snapshot_bytes";

    /** The row of a document, locked until the transaction ends: whoever claims it has to wait. */
    /** A restored dump is in another server or in a table made anew; both numbers are the database server's. */
    static final String LOG_NAME =
            "select system_identifier || '-' || 'weft_document'::regclass::oid from pg_control_system()";

    static final String LOCK = "select " + INFO_COLUMNS + " from weft_document where kind = $1 and id = $2 for update";

    static final String FIND = "select " + INFO_COLUMNS + " from weft_document where kind = $1 and id = $2";

    private static final int PACKED_MAX = HistoryBlock.COUNT_MAX;

    /** Rows that hold entries from one position to another; packed ones may reach beyond. */
    static final String STORED_RUNS = """
            select position, packed, blob from weft_entry
            where number = $1 and position between $2 and $3::bigint + %d and position - coalesce(packed, 1) < $3
            order by position
            """.formatted(PACKED_MAX);

    /** What there is to pack; {@code done} is how many entries the row at the last position holds already. */
    static final String PACKABLE = """
            select count(*) as entries, count(packed) as packed, coalesce(sum(octet_length(blob)), 0)::bigint as bytes,
                max(packed) filter (where position = $3) as done
            from weft_entry where number = $1 and position between $2 and $3
            """;

    static final String REMOVE_ENTRIES = "delete from weft_entry where number = $1 and position between $2 and $3";

    static final String PUT_PACKED = """
            insert into weft_entry (number, position, blob, packed, unpacked_bytes) values ($1, $2, $3, $4, $5)
            """;

    static final String INSERT_ENTRIES = """
            insert into weft_entry (number, position, blob)
            select $1, position, blob from unnest($2::bigint[], $3::bytea[]) as e(position, blob)
            """;

    static final String EXTEND = """
            update weft_document
            set last_position = $2, entry_count = entry_count + $3, entry_bytes = entry_bytes + $4
            where number = $1
            """;

    static final String DROP_ENTRIES = """
            with dropped as (
                delete from weft_entry where number = $1 and position <= $2
                returning coalesce(packed, 1) as entries, coalesce(unpacked_bytes, octet_length(blob)) as bytes
            )
            select coalesce(sum(entries), 0)::bigint, coalesce(sum(bytes), 0)::bigint from dropped
            """;

    static final String PUT_SNAPSHOT = """
            insert into weft_snapshot (number, blob) values ($1, $2)
            on conflict (number) do update set blob = excluded.blob
            """;

    static final String COMPACTED = """
            update weft_document
            set snapshot_position = $2, snapshot_bytes = $3, entry_count = entry_count - $4, entry_bytes = entry_bytes - $5
            where number = $1
            """;

    static final String DROP_SNAPSHOT = "delete from weft_snapshot where number = $1";

    static final String DELETED = """
            update weft_document
            set existing = false, snapshot_position = 0, snapshot_bytes = 0, entry_count = 0, entry_bytes = 0
            where number = $1
            """;

    static final String LOAD =
            "select " + INFO_COLUMNS + ", (select blob from weft_snapshot s where s.number = d.number) as snapshot"
                    + " from weft_document d where kind = $1 and id = $2";

    /**
     * A page of entries beside the row of the document, all from one moment. The running sum counts what lies before an
     * entry, so the one that reaches the bound is still in the page. Only about as many rows are summed up as entries of average
     * size fill the page.
     */
    static final String READ = "select " + INFO_COLUMNS + """
            , e.position as entry_position, e.packed as entry_packed, e.blob as entry_blob
            from weft_document d left join lateral (
                select position, packed, blob from (
                    select position, packed, blob,
                        sum(octet_length(blob) + $5::int) over (order by position) - octet_length(blob) - $5::int as before
                    from (
                        select position, packed, blob from weft_entry
                        where weft_entry.number = d.number and position > greatest($3, d.snapshot_position)
                        order by position
                        limit least($6, 1 + $4 * d.entry_count / (d.entry_bytes + $5 * d.entry_count + 1))
                    ) as next
                ) as summed where before < $4
            ) e on true
            where kind = $1 and id = $2
            order by e.position
            """;

    static final String LIST = "select id, " + INFO_COLUMNS + """
             from weft_document
            where kind = $1 and existing and id > $2 and starts_with(id, $3)
            order by id limit $4
            """;

    private Sql() {}
}
