/**
 * The store all nodes of a cluster share: PostgreSQL. Read
 * {@link dev.weft.server.storage.postgres.PostgresDocumentStore} for the parts, {@code Lane} for how writes are grouped, kept
 * in order and repeated after a lost connection, and {@code Sql} for the statements. The schema is in the resources.
 */
package dev.weft.server.storage.postgres;
