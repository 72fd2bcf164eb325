/**
 * Conflict-free replicated documents. The formats and merge rules are those of crdt_lf 3.x, byte for byte.
 *
 * <p>Start at {@link dev.weft.crdt.document.Document}. This module knows the JDK only, and jackson-core in the one
 * package of the default JSON value codec.
 */
package dev.weft.crdt;
