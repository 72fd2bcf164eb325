/**
 * The default store: RocksDB in a data folder of this node. All documents share one group commit. Read
 * {@link dev.weft.server.storage.embedded.EmbeddedDocumentStore} for the threads, {@code GroupCommit} for the write path
 * and {@code DatabaseKeys} for what lies in the files. Knows nothing of documents beyond their logs.
 */
package dev.weft.server.storage.embedded;
