package dev.weft.crdt.handler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.ListHandler;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.map.OrMapHandler;
import dev.weft.crdt.handler.register.RegisterHandler;
import dev.weft.crdt.handler.set.OrSetHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A long session must not cost the square of its length; {@code -Dweft.operations=100000} makes it longer. The bound is far above what it takes (see the printed time)
 * and far below what one pass over the state per edit would.
 */
class HandlerScaleTest {
    private static final int OPERATIONS = Integer.getInteger("weft.operations", 20_000);
    private static final PeerId PEER = PeerId.parse("0a000000-0000-4000-8000-00000000000a");

    static Stream<Arguments> sessions() {
        return Stream.of(
                session("text", document -> {
                    TextHandler text = new TextHandler(document, "x");
                    return random -> text.insert(random.nextInt(text.length() + 1), "ab");
                }),
                session("list", document -> {
                    ListHandler<Long> list = new ListHandler<>(document, "x", DartType.INT);
                    return random -> list.insert(random.nextInt(list.length() + 1), 1L);
                }),
                session("map", document -> {
                    MapHandler<Long> map = new MapHandler<>(document, "x", DartType.INT);
                    return random -> map.set("k" + random.nextInt(OPERATIONS), 1L);
                }),
                session("register", document -> {
                    RegisterHandler<Long> register = new RegisterHandler<>(document, "x", DartType.INT);
                    return random -> register.set(random.nextLong());
                }),
                session("set", document -> {
                    OrSetHandler<Long> set = new OrSetHandler<>(document, "x", DartType.INT);
                    return random -> {
                        long element = random.nextInt(OPERATIONS / 4);
                        if (set.contains(element)) {
                            set.remove(element);
                        } else {
                            set.add(element);
                        }
                    };
                }),
                session("or map", document -> {
                    OrMapHandler<Long, Long> map = new OrMapHandler<>(document, "x", DartType.INT, DartType.INT);
                    return random -> map.put((long) random.nextInt(1000), 1L);
                }));
    }

    private interface Edit {
        void run(Random random);
    }

    private static Arguments session(String name, Function<Document, Edit> handler) {
        return Arguments.of(Named.of(name, handler));
    }

    @ParameterizedTest
    @MethodSource("sessions")
    @Timeout(30)
    void manyEditsAreQuick(Function<Document, Edit> handler) {
        Document document = new Document(PEER);
        Edit edit = handler.apply(document);
        Random random = new Random(1);
        long begin = System.nanoTime();
        for (int i = 0; i < OPERATIONS; i++) {
            edit.run(random);
        }
        Snapshot edited = document.takeSnapshot(false);
        long replayFrom = System.nanoTime();
        Document copy = new Document(PEER);
        handler.apply(copy);
        copy.importChanges(document.exportChanges());
        long replayOnly = System.nanoTime();
        assertThat(copy.takeSnapshot(false).data().get("x"))
                .hasSameSizeAs(edited.data().get("x"));
        System.out.printf(
                "%d edits in %d ms, imported in %d ms, replayed in %d ms%n",
                OPERATIONS,
                (replayFrom - begin) / 1_000_000,
                (replayOnly - replayFrom) / 1_000_000,
                (System.nanoTime() - replayOnly) / 1_000_000);
    }
}
