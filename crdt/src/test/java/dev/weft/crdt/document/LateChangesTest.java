package dev.weft.crdt.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.json.JsonValueCodec;
import dev.weft.crdt.handler.list.ListHandler;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Changes that belong below others cost as much as they are late, not as much as history is long. */
class LateChangesTest {
    private static final PeerId WRITER = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId LATE = PeerId.parse("0b000000-0000-4000-8000-00000000000b");
    private static final int HISTORY = 4_000;

    private final AtomicInteger decoded = new AtomicInteger();
    private final ValueCodec<String> counting = new ValueCodec<>() {
        @Override
        public byte[] encode(String value) {
            return JsonValueCodec.strings().encode(value);
        }

        @Override
        public String decode(byte[] bytes) {
            decoded.incrementAndGet();
            return JsonValueCodec.strings().decode(bytes);
        }
    };

    private static Document document(PeerId peer, long wallMillis) {
        return new Document(DocumentOptions.builder()
                .peerId(peer)
                .initialClock(HybridTimestamp.of(wallMillis, 0))
                .wallClock(() -> wallMillis)
                .build());
    }

    @Test
    void doesNotReplayHistoryForEachChangeOfAPeerThatWasOffline() {
        Document writer = document(WRITER, 1_000_000);
        ListHandler<String> list = new ListHandler<>(writer, "list", "tag", counting);
        Document offline = document(LATE, 1_000_000);
        ListHandler<String> late = new ListHandler<>(offline, "list", "tag", counting);
        for (int i = 0; i < HISTORY; i++) {
            list.insert(i / 2, "w" + i);
        }
        // The same clock, and the second half of history is newer than all of these.
        for (int i = 0; i < HISTORY / 4; i += 10) {
            for (int tick = 0; tick < 9; tick++) {
                offline.prepareMutation();
            }
            late.insert(0, "l" + i);
        }
        List<Change> changes = offline.exportChanges();
        list.value();
        decoded.set(0);
        for (Change change : changes) {
            assertThat(writer.applyChange(change)).isTrue();
            list.value();
        }
        assertThat(decoded.get()).isLessThan(changes.size() + HISTORY * 8);

        Document fresh = document(LATE, 1_000_000);
        ListHandler<String> replayed = new ListHandler<>(fresh, "list", "tag", counting);
        fresh.importChanges(writer.exportChanges());
        assertThat(list.value()).isEqualTo(replayed.value());
    }

    @Test
    void foldsLateChangesBelowAnOpenTransaction() {
        Document writer = document(WRITER, 1_000_000);
        TextHandler text = new TextHandler(writer, "text");
        text.insert(0, "base");
        Document other = document(LATE, 999_000);
        new TextHandler(other, "text").insert(0, "early ");
        writer.runInTransaction(() -> {
            text.insert(4, "!");
            writer.importChanges(other.exportChanges());
            assertThat(text.value()).isEqualTo("base!early ");
            text.insert(0, "<");
        });
        String shown = text.value();
        writer.invalidateCaches();
        assertThat(text.value()).isEqualTo(shown);
    }

    @Test
    void showsAfterATransactionWhatAReplayShows() {
        // Deleting and setting a key is committed as one set, which leaves the key where it was.
        Document writer = document(WRITER, 1_000_000);
        MapHandler<Long> map = new MapHandler<>(writer, "map", DartType.INT);
        map.set("a", 1L);
        map.set("b", 2L);
        writer.runInTransaction(() -> {
            map.delete("a");
            map.set("a", 3L);
            assertThat(map.value().keySet()).containsExactly("b", "a");
        });
        assertThat(map.value().keySet()).containsExactly("a", "b");
        writer.invalidateCaches();
        assertThat(map.value().keySet()).containsExactly("a", "b");
    }
}
