package dev.weft.server.auth;

/** What may be done with a document; each includes the one before. */
public enum Access {
    NONE,
    /** Join, read, show presence. */
    READ,
    /** Also change it. */
    WRITE;

    public boolean allows(Access wanted) {
        return compareTo(wanted) >= 0;
    }

    Access or(Access other) {
        return allows(other) ? this : other;
    }
}
