package dev.weft.server.storage;

/** One blob of a document's log and its place. */
public record StoredEntry(long position, byte[] blob) {}
