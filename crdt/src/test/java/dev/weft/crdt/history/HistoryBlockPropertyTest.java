package dev.weft.crdt.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.FugueMovableListHandler;
import dev.weft.crdt.handler.set.OrSetHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever goes into a block comes out of it byte for byte, and its index says what the changes say. */
class HistoryBlockPropertyTest {
    private static final int BLOCKS = Integer.getInteger("weft.blocks", 200);

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @Test
    void everyRecordedHistoryComesBack() {
        int changes = 0;
        for (String file : Vectors.list("merge", ".json.gz")) {
            JsonNode scenario = Vectors.read(file);
            for (String field : List.of("changes", "baseChanges", "laterChanges")) {
                List<byte[]> blobs = new ArrayList<>();
                scenario.path(field).forEach(change -> blobs.add(Vectors.base64(change)));
                if (!blobs.isEmpty()) {
                    assertComesBack(blobs, file);
                    changes += blobs.size();
                }
            }
        }
        assertThat(changes).isPositive();
    }

    @Test
    void mixturesOfChangesDamagedChangesAndNoiseComeBack() {
        List<byte[]> corpus = new ArrayList<>();
        for (String file : Vectors.list("handlers", ".json")) {
            for (JsonNode changes : Vectors.read(file).findValues("changes")) {
                changes.forEach(change -> corpus.add(Vectors.base64(change.get("bytes"))));
            }
        }
        for (int block = 0; block < BLOCKS; block++) {
            List<byte[]> blobs = new ArrayList<>();
            for (int i = 1 + random.nextInt(random.nextInt(8) == 0 ? 500 : 40); i > 0; i--) {
                blobs.add(mixed(corpus));
            }
            assertComesBack(blobs, "seed " + seed);
        }
    }

    private byte[] mixed(List<byte[]> corpus) {
        byte[] change = corpus.get(random.nextInt(corpus.size())).clone();
        switch (random.nextInt(6)) {
            case 0:
                change[random.nextInt(change.length)] ^= (byte) (1 << random.nextInt(8));
                return change;
            case 1:
                return Arrays.copyOf(change, random.nextInt(change.length + 20));
            case 2:
                byte[] noise = new byte[random.nextInt(100)];
                random.nextBytes(noise);
                return noise;
            default:
                return change;
        }
    }

    @Test
    void randomEditsOfManyPeersComeBack() {
        for (int round = 0; round < 10; round++) {
            List<Document> documents = new ArrayList<>();
            for (int peer = 0; peer < 1 + random.nextInt(5); peer++) {
                documents.add(new Document(DocumentOptions.builder()
                        .peerId(PeerId.of(java.util.UUID.nameUUIDFromBytes(new byte[] {(byte) peer, (byte) round})))
                        .build()));
            }
            for (int edit = 0; edit < 300; edit++) {
                Document document = documents.get(random.nextInt(documents.size()));
                edit(document);
                if (random.nextInt(5) == 0) {
                    document.importChanges(
                            documents.get(random.nextInt(documents.size())).exportChanges());
                }
            }
            documents.forEach(document -> assertComesBack(
                    document.exportChanges().stream().map(Change::encoded).toList(), "seed " + seed));
        }
    }

    private void edit(Document document) {
        if (document.handlers().isEmpty()) {
            new FugueTextHandler(document, "text").insert(0, "a");
            new OrSetHandler<>(document, "set", DartType.INT).add(1L);
            new FugueMovableListHandler<>(document, "list", DartType.INT).insert(0, 1L);
        }
        FugueTextHandler text = (FugueTextHandler) document.handlers().get("text");
        int length = text.length();
        switch (random.nextInt(6)) {
            case 0 -> text.insert(random.nextInt(length + 1), "pasted text, longer than most shapes");
            case 1 -> text.delete(0, Math.min(length, 3));
            case 2 -> text.change("another " + random.nextInt(100));
            case 3 -> text.insert(random.nextInt(length + 1), "\ud83d\ude00");
            default -> text.insert(random.nextInt(length + 1), "x");
        }
    }

    @Test
    void typingTakesAFewBytesForEachLetter() {
        Document document = new Document(PeerId.parse("0a000000-0000-4000-8000-00000000000a"));
        FugueTextHandler text = new FugueTextHandler(document, "text");
        for (int i = 0; i < HistoryBlock.COUNT_MAX; i++) {
            text.insert(i - i % 7, String.valueOf((char) ('a' + i % 20)));
        }
        List<byte[]> blobs =
                document.exportChanges().stream().map(Change::encoded).toList();
        assertComesBack(blobs, "typing");
        assertThat(HistoryBlock.encode(blobs).length).isLessThan(4 * blobs.size());
    }

    @Test
    void refusesWhatIsNoBlock() {
        assertThatThrownBy(() -> HistoryBlock.encode(List.of())).isInstanceOf(IllegalArgumentException.class);
        List<byte[]> many = new ArrayList<>();
        for (int i = 0; i < HistoryBlock.COUNT_MAX + 1; i++) {
            many.add(new byte[] {1});
        }
        assertThat(HistoryBlock.fitting(many)).isEqualTo(HistoryBlock.COUNT_MAX);
        assertThatThrownBy(() -> HistoryBlock.encode(many)).isInstanceOf(IllegalArgumentException.class);
        assertThat(HistoryBlock.fitting(List.of(new byte[HistoryBlock.BYTES_MAX + 1])))
                .isZero();
    }

    private static void assertComesBack(List<byte[]> blobs, String what) {
        HistoryBlock block = HistoryBlock.open(HistoryBlock.encode(blobs));
        List<byte[]> back = block.blobs();
        assertThat(block.size()).as(what).isEqualTo(blobs.size());
        assertThat(back).as(what).hasSameSizeAs(blobs);
        for (int i = 0; i < blobs.size(); i++) {
            if (!Arrays.equals(back.get(i), blobs.get(i))) {
                throw new AssertionError(
                        what + ", blob " + i + ": " + Vectors.hex(back.get(i)) + " for " + Vectors.hex(blobs.get(i)));
            }
        }
        if (block.isIndexed()) {
            for (int i = 0; i < blobs.size(); i++) {
                assertIndexed(block, i, Change.decode(blobs.get(i)), what);
            }
        }
    }

    private static void assertIndexed(HistoryBlock block, int place, Change change, String what) {
        assertThat(block.idAt(place)).as(what).isEqualTo(change.id());
        Envelope envelope = envelopeOf(change);
        if (envelope != null) {
            ByteReader prefix = new ByteReader(block.handlerPrefix(block.handlerAt(place)));
            assertThat(block.kindAt(place)).as(what).isEqualTo(envelope.kind());
            assertThat(prefix.readString("type")).as(what).isEqualTo(envelope.handlerType());
            assertThat(prefix.readString("id")).as(what).isEqualTo(envelope.handlerId());
        }
        List<OperationId> dependencies = new ArrayList<>();
        for (int i = 0; i < change.dependencyCount(); i++) {
            dependencies.add(change.dependency(i));
        }
        assertThat(block.dependenciesAt(place)).as(what).isEqualTo(dependencies);
    }

    /** Null if it cannot be read: damage to a name of its handler leaves a change that nobody would import. */
    private static Envelope envelopeOf(Change change) {
        try {
            return change.envelope();
        } catch (CrdtFormatException e) {
            return null;
        }
    }
}
