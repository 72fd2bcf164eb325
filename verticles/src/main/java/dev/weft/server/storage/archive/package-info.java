/**
 * All documents of a store in one file, whatever the store, and back into an empty one. Read
 * {@link dev.weft.server.storage.archive.DocumentArchive} first. Blobs and snapshots are copied as they are: nothing here
 * knows what a document is.
 */
package dev.weft.server.storage.archive;
