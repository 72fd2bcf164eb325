package dev.weft.server.auth;

import dev.weft.crdt.id.PeerId;
import java.util.Set;

/** As which peers somebody may write. */
public final class Peers {
    public static final Peers ANY = new Peers(null);
    public static final Peers NONE = new Peers(Set.of());

    private final Set<PeerId> allowed;

    private Peers(Set<PeerId> allowed) {
        this.allowed = allowed;
    }

    public static Peers only(Set<PeerId> allowed) {
        return new Peers(Set.copyOf(allowed));
    }

    public boolean isAny() {
        return allowed == null;
    }

    public boolean contains(PeerId peer) {
        return allowed == null || allowed.contains(peer);
    }

    @Override
    public String toString() {
        return allowed == null ? "any" : allowed.toString();
    }
}
