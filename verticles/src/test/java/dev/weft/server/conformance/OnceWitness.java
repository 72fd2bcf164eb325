package dev.weft.server.conformance;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.kit.SocketStockHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One connection, on which nothing may come twice. Each time a client says that it lacks a change it may be sent that
 * change once; a room shows each number once, and again only behind a welcome.
 */
final class OnceWitness implements SocketStockHost.Witness {
    private final Collection<String> violations;
    private final List<VersionVector> reports = new ArrayList<>();
    private final Map<OperationId, Integer> delivered = new HashMap<>();
    private final Set<Long> shown = new HashSet<>();

    OnceWitness(Collection<String> violations) {
        this.violations = violations;
    }

    @Override
    public void said(Message message) {
        if (message instanceof HandshakeRequest handshake) {
            reports.add(handshake.versionVector());
        } else if (message instanceof DocumentStatusRequest status) {
            reports.add(status.versionVector());
        } else if (message instanceof Ping ping && ping.versionVector() != null) {
            reports.add(ping.versionVector());
        }
    }

    @Override
    public void heard(Message message) {
        if (message instanceof HandshakeResponse response) {
            response.changes().forEach(this::delivered);
        } else if (message instanceof DocumentStatus status) {
            status.changes().forEach(this::delivered);
        } else if (message instanceof ChangeMessage change) {
            delivered(change.change());
        } else if (message instanceof Welcome) {
            shown.clear();
        } else if (message instanceof RelayChanges changes) {
            for (long seq = changes.seq() - changes.changes().size() + 1; seq <= changes.seq(); seq++) {
                if (!shown.add(seq)) {
                    violations.add("Number " + seq + " of " + changes.documentId() + " came twice");
                }
            }
        }
    }

    private void delivered(Change change) {
        int times = delivered.merge(change.id(), 1, Integer::sum);
        long lacks =
                reports.stream().filter(report -> !report.covers(change.id())).count();
        if (times > lacks) {
            violations.add(change.id() + " came " + times + " times, where it was lacked " + lacks + " times");
        }
    }
}
