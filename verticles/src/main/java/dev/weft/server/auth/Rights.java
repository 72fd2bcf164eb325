package dev.weft.server.auth;

import java.util.Objects;

/** What one identity may do with one document. @param peers as which authors it may write */
public record Rights(Access access, Peers peers) {
    public static final Rights NONE = new Rights(Access.NONE, Peers.NONE);
    public static final Rights ALL = new Rights(Access.WRITE, Peers.ANY);

    public Rights {
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(peers, "peers");
    }
}
