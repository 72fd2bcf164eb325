package dev.weft.server.registry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who waits for a document, in the order of arrival. Each is taken out exactly once, by an answer or by its deadline. */
final class Waiters {
    private record Waiter(long deadline, Ownership presumedDead) {}

    private final int max;
    private final Map<Long, Waiter> byRequest = new LinkedHashMap<>();

    Waiters(int max) {
        this.max = max;
    }

    boolean isFull() {
        return byRequest.size() >= max;
    }

    boolean isEmpty() {
        return byRequest.isEmpty();
    }

    void add(long requestId, long deadline, Ownership presumedDead) {
        byRequest.put(requestId, new Waiter(deadline, presumedDead));
    }

    void remove(long requestId) {
        byRequest.remove(requestId);
    }

    /** Whether somebody waiting believes exactly this owner dead. */
    boolean suspect(Ownership owner) {
        return byRequest.values().stream().anyMatch(waiter -> owner.isSameClaimAs(waiter.presumedDead));
    }

    List<Long> takeAll() {
        List<Long> all = new ArrayList<>(byRequest.keySet());
        byRequest.clear();
        return all;
    }

    List<Long> takeExpired(long now) {
        List<Long> expired = new ArrayList<>();
        Iterator<Map.Entry<Long, Waiter>> each = byRequest.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Long, Waiter> entry = each.next();
            if (entry.getValue().deadline <= now) {
                expired.add(entry.getKey());
                each.remove();
            }
        }
        return expired;
    }

    long nextDeadline() {
        return byRequest.values().stream().mapToLong(Waiter::deadline).min().orElse(Long.MAX_VALUE);
    }
}
