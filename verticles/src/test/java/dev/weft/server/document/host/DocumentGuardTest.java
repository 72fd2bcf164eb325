package dev.weft.server.document.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.server.document.host.Replica.Verdict;
import dev.weft.server.kit.Author;
import dev.weft.server.limits.DocumentLimits;
import dev.weft.server.limits.Limit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What would make a document larger than it may be is refused, and the document goes on. */
class DocumentGuardTest {
    private static final long DAY = 86_400_000;

    private final Author ann = new Author(1);
    private final Author bob = new Author(2);

    @Test
    void aChangeFarAheadIsRefusedAndNothingElse() {
        DocumentReplica replica = replica(new DocumentLimits(1 << 20, 10, 10, DAY), () -> 1_000);
        Change early = typedAt(1_000 + DAY, "text");
        Change late = typedAt(1_001 + DAY, "text");
        assertThat(accept(replica, List.of(early)).reached()).isEmpty();
        Verdict verdict = accept(replica, List.of(late, ann.type('a')));
        assertThat(verdict.reached()).containsExactly(Limit.CLOCK_DRIFT);
        assertThat(verdict.refusal()).contains("too far ahead");
        assertThat(verdict.accepted()).hasSize(1);
    }

    // The end of time would be contagious: whoever has seen it can never stamp anything later.
    @Test
    void theEndOfTimeIsRefused() {
        DocumentReplica replica = replica(DocumentLimits.DEFAULT, WallClock.SYSTEM);
        Change last = typedAt((1L << 48) - 2, "text");
        assertThat(accept(replica, List.of(last)).reached()).containsExactly(Limit.CLOCK_DRIFT);
    }

    @Test
    void aDocumentHasSoManyPeers() {
        DocumentReplica replica = replica(new DocumentLimits(1 << 20, 1, 10, DAY), () -> 1_000);
        assertThat(accept(replica, ann.types("ab")).reached()).isEmpty();
        assertThat(accept(replica, bob.types("x")).reached()).containsExactly(Limit.PEERS_PER_DOCUMENT);
        assertThat(accept(replica, ann.types("c")).accepted()).hasSize(1);
    }

    @Test
    void aDocumentHasSoManyHandlers() {
        DocumentReplica replica = replica(new DocumentLimits(1 << 20, 10, 1, DAY), () -> 1_000);
        assertThat(accept(replica, List.of(typedAt(1_000, "one"))).reached()).isEmpty();
        assertThat(accept(replica, List.of(typedAt(1_000, "two"))).reached())
                .containsExactly(Limit.HANDLERS_PER_DOCUMENT);
        assertThat(accept(replica, List.of(typedAt(1_000, "one"))).accepted()).hasSize(1);
    }

    @Test
    void aDocumentHasSoManyBytes() {
        DocumentReplica replica = replica(new DocumentLimits(20_000, 10, 10, DAY), () -> 1_000);
        List<Change> changes = ann.types("a".repeat(1_000));
        List<Limit> reached = new ArrayList<>();
        int accepted = 0;
        for (Change change : changes) {
            Verdict verdict = accept(replica, List.of(change));
            reached.addAll(verdict.reached());
            accepted += verdict.accepted().size();
        }
        assertThat(reached).isNotEmpty().containsOnly(Limit.DOCUMENT_BYTES);
        assertThat(accepted).isPositive();
        assertThat(replica.residentBytes()).isLessThan(100_000);
        // Somebody who shows again what the document has is told nothing.
        assertThat(accept(replica, changes.subList(0, accepted)).reached()).isEmpty();
    }

    // Few large changes whose dependency never comes would fill the memory as well as many small ones.
    @Test
    void whatWaitsForADependencyIsBoundedInBytes() {
        DocumentReplica replica = replica(new DocumentLimits(1L << 40, 10, 10, DAY), () -> 1_000);
        Document writer =
                new Document(DocumentOptions.builder().wallClock(() -> 1_000).build());
        List<Change> made = new ArrayList<>();
        writer.onLocalChange(made::add);
        TextHandler text = new TextHandler(writer, "text");
        for (int i = 0; i < 50; i++) {
            text.insert(0, String.valueOf((char) ('a' + i % 26)).repeat(1 << 20));
        }
        for (Change change : made.subList(1, made.size())) {
            assertThat(accept(replica, List.of(change)).notReady()).isTrue();
        }
        assertThat(replica.residentBytes()).isBetween(1L << 20, HeldAside.BYTES_MAX + (4L << 20));
    }

    private static Verdict accept(DocumentReplica replica, List<Change> changes) {
        return replica.accept(changes, "s1", 0);
    }

    private static DocumentReplica replica(DocumentLimits limits, WallClock wallClock) {
        Document document =
                new Document(DocumentOptions.builder().wallClock(wallClock).build());
        return new DocumentReplica(document, HostLimits.DEFAULT.withDocuments(limits), wallClock);
    }

    /** By somebody whose clock says so. */
    private static Change typedAt(long millis, String handlerId) {
        Document writer =
                new Document(DocumentOptions.builder().wallClock(() -> millis).build());
        List<Change> made = new ArrayList<>();
        writer.onLocalChange(made::add);
        new TextHandler(writer, handlerId).insert(0, "x");
        return made.get(0);
    }
}
