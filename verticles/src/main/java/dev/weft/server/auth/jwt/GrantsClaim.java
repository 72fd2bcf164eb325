package dev.weft.server.auth.jwt;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.PeerId;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Peers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a token grants: {@code {"read": ["*"], "write": ["notes-*"], "peers": ["…"]}}. */
record GrantsClaim(List<Grant> grants, Peers peers) {
    /** Patterns, and peers, of one token. */
    static final int ENTRIES_MAX = 1_000;

    /**
     * @param claim null grants nothing
     * @throws IllegalArgumentException if it is anything but the above; nothing is guessed
     */
    static GrantsClaim of(Object claim) {
        if (claim == null) {
            return new GrantsClaim(List.of(), Peers.NONE);
        }
        if (!(claim instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("what grants must be an object");
        }
        List<Grant> grants = new ArrayList<>();
        strings(map, "read").forEach(each -> grants.add(new Grant(DocumentPattern.of(each), Access.READ)));
        strings(map, "write").forEach(each -> grants.add(new Grant(DocumentPattern.of(each), Access.WRITE)));
        return new GrantsClaim(grants, peers(map));
    }

    private static Peers peers(Map<?, ?> map) {
        if (!map.containsKey("peers")) {
            return Peers.ANY;
        }
        Set<PeerId> peers = new HashSet<>();
        try {
            strings(map, "peers").forEach(each -> peers.add(PeerId.parse(each)));
        } catch (CrdtFormatException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return Peers.only(peers);
    }

    private static List<String> strings(Map<?, ?> map, String name) {
        Object value = map.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || list.size() > ENTRIES_MAX) {
            throw new IllegalArgumentException(name + " must be a list of at most " + ENTRIES_MAX);
        }
        List<String> strings = new ArrayList<>(list.size());
        for (Object each : list) {
            if (!(each instanceof String string)) {
                throw new IllegalArgumentException(name + " must be a list of strings");
            }
            strings.add(string);
        }
        return strings;
    }
}
