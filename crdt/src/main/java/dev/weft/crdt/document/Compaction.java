package dev.weft.crdt.document;

/**
 * The beginning of a history that a snapshot can stand for, so that nobody can tell the difference later.
 *
 * @param snapshot of just these changes, and of what an earlier snapshot covers
 * @param changes how many stored changes, from the first on, it covers
 */
public record Compaction(Snapshot snapshot, int changes) {}
