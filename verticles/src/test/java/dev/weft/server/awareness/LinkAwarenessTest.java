package dev.weft.server.awareness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.Message;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.plugin.LinkPlugin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkAwarenessTest {
    private final LinkAwareness awareness = new LinkAwareness("paper", AwarenessOptions.DEFAULT, new LimitCounters());
    private final Said said = new Said();

    private static final class Said implements LinkPlugin.Output {
        final Set<String> sessions = new LinkedHashSet<>();
        final List<AwarenessState> tables = new ArrayList<>();
        final List<String> reports = new ArrayList<>();

        @Override
        public String documentId() {
            return "paper";
        }

        @Override
        public Set<String> sessionIds() {
            return sessions;
        }

        @Override
        public void toSession(String sessionId, Message message) {
            toSessions(List.of(sessionId), message);
        }

        @Override
        public void toSessions(Collection<String> sessionIds, Message message) {
            if (message instanceof AwarenessState table) {
                tables.add(table);
            }
        }

        @Override
        public void toOwner(byte[] payload) {}

        @Override
        public void report(String what) {
            reports.add(what);
        }
    }

    // Everybody is told everybody's id, so to know one must not be enough to show oneself under it.
    @Test
    void whoHasNotJoinedIsNotTakenForSomebodyOfAnotherGateway() {
        ClientAwareness elsewhere = new ClientAwareness("elsewhere", Map.of("name", "Ann"));
        said.sessions.add("stranger");
        awareness.fromOwner(
                AwarenessPayload.everybody(Map.of("elsewhere", elsewhere)).encode(), said);
        ClientAwareness spoofed = new ClientAwareness("elsewhere", Map.of("name", "Mallory"));
        awareness.message("stranger", new AwarenessUpdate("paper", spoofed), 0, said);
        assertThat(said.reports).singleElement().asString().contains("may not show itself as elsewhere");
        awareness.message("stranger", new AwarenessQuery("paper"), 0, said);
        assertThat(said.tables.get(said.tables.size() - 1).awareness().states()).containsEntry("elsewhere", elsewhere);
    }

    // Code inside a node asks as soon as it has opened a document; an empty table then would be taken for the truth.
    @Test
    void whoAsksBeforeTheOwnerHasToldOfEverybodyIsAnsweredOnceItHas() {
        ClientAwareness elsewhere = new ClientAwareness("elsewhere", Map.of("name", "Ann"));
        awareness.message("early", new AwarenessQuery("paper"), 0, said);
        assertThat(said.tables).isEmpty();
        awareness.fromOwner(
                AwarenessPayload.everybody(Map.of("elsewhere", elsewhere)).encode(), said);
        assertThat(said.tables)
                .singleElement()
                .satisfies(table -> assertThat(table.awareness().states()).containsEntry("elsewhere", elsewhere));
    }

    // A client that came back on a new socket keeps the id of the old one, once that one is gone.
    @Test
    void whoCameBackWithoutJoiningKeepsItsIdWhenItsOldSocketIsGone() {
        said.sessions.add("new");
        awareness.fromOwner(AwarenessPayload.everybody(Map.of()).encode(), said);
        awareness.sessionJoined("old", said);
        awareness.sessionClosed("old", said);
        ClientAwareness back = new ClientAwareness("old", Map.of("name", "Ann"));
        awareness.message("new", new AwarenessUpdate("paper", back), 0, said);
        assertThat(said.reports).isEmpty();
        awareness.message("new", new AwarenessQuery("paper"), 0, said);
        assertThat(said.tables.get(said.tables.size() - 1).awareness().states()).containsEntry("old", back);
    }

    // A node leaves: one table for each of its sessions, for each of all others, kept everybody busy for seconds.
    @Test
    void tellsOfManyWhoLeaveAtOnceByTwoTables() {
        for (int i = 0; i < 50; i++) {
            said.sessions.add("s" + i);
            awareness.sessionJoined("s" + i, said);
        }
        for (int i = 0; i < 40; i++) {
            said.sessions.remove("s" + i);
            awareness.sessionClosed("s" + i, said);
        }
        assertThat(said.tables).hasSize(1);
        awareness.tick(0, said);
        assertThat(said.tables).hasSize(2);
        assertThat(said.tables.get(1).awareness().states()).hasSize(10);
        awareness.tick(100, said);
        assertThat(said.tables).hasSize(2);
    }

    @Test
    void tellsAtOnceOfOneWhoLeaves() {
        said.sessions.add("s1");
        awareness.sessionJoined("s0", said);
        awareness.sessionJoined("s1", said);
        awareness.sessionClosed("s0", said);
        assertThat(said.tables).hasSize(1);
        awareness.tick(0, said);
        awareness.tick(100, said);
        awareness.sessionClosed("s1", said);
        assertThat(said.tables).hasSize(2);
    }
}
