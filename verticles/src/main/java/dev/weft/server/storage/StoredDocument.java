package dev.weft.server.storage;

import java.util.Optional;

/** What an owner starts from; the entries after {@code info.snapshotPosition()} are read separately. */
public record StoredDocument(DocumentInfo info, Optional<byte[]> snapshot) {}
