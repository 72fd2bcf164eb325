package dev.weft.server.auth;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was revoked and may still be shown by somebody. Thread-safe. */
public final class Revocations {
    /** Beyond it the oldest is forgotten; who revokes more should change keys. */
    public static final int REMEMBERED_MAX = 10_000;

    private final Map<String, Revocation> remembered = new LinkedHashMap<>();

    /** @return whether it says something new */
    public synchronized boolean add(Revocation revocation) {
        String key = revocation.kind() + " " + revocation.name();
        Revocation before = remembered.get(key);
        if (before != null && before.atMillis() >= revocation.atMillis()) {
            return false;
        }
        remembered.remove(key);
        remembered.put(key, revocation);
        if (remembered.size() > REMEMBERED_MAX) {
            remembered.remove(remembered.keySet().iterator().next());
        }
        return true;
    }

    public synchronized boolean meet(Identity identity) {
        Revocation ofSubject = remembered.get(Revocation.Kind.SUBJECT + " " + identity.subject());
        if (ofSubject != null && ofSubject.meets(identity)) {
            return true;
        }
        return identity.tokenId() != null && remembered.containsKey(Revocation.Kind.TOKEN + " " + identity.tokenId());
    }

    public synchronized List<Revocation> all() {
        return List.copyOf(remembered.values());
    }
}
