package dev.weft.server.document;

/**
 * What is to be stored in place of the beginning of a log.
 *
 * @param upToPosition the last entry that it stands for
 */
public record StoredCompaction(byte[] snapshot, long upToPosition) {}
