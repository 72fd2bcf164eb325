package dev.weft.server.storage.embedded;

/** How many entries a log has had up to a place, and the bytes of their blobs. */
record EntryTotals(long count, long bytes) {
    static final EntryTotals NONE = new EntryTotals(0, 0);

    EntryTotals minus(byte[] blob) {
        return new EntryTotals(count - 1, bytes - blob.length);
    }

    EntryTotals plus(byte[] blob) {
        return new EntryTotals(count + 1, bytes + blob.length);
    }
}
