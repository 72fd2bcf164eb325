package dev.weft.crdt.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.HandlerAlreadyRegisteredException;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");
    private static final HybridTimestamp START = HybridTimestamp.of(0x20000000000L, 0);

    @Test
    void editsMakeTheChangesOfTheSpecification() {
        Document document = document(A);
        TextHandler text = new TextHandler(document, "t");
        text.insert(0, "Hi");
        text.delete(0, 1);
        text.update(0, "é");

        assertThat(text.value()).isEqualTo("é");
        assertThat(document.exportChanges())
                .extracting(change -> HexFormat.of().formatHex(change.encoded()))
                .startsWith(
                        "02000a00000000004000800000000000000a0200000000000001170f435244545465787448616e646c657201740000024869",
                        "02010a00000000004000800000000000000a02000000000000030a00000000004000800000000000000a0200000000000001150f435244545465787448616e646c65720174010001");
        assertThat(document.clock()).hasToString("2199023255552.6");
        assertThat(HexFormat.of().formatHex(document.takeSnapshot(false).encode()))
                .startsWith("40")
                .endsWith("19010a00000000004000800000000000000a020000000000000501017402c3a9");
    }

    @Test
    void importsInAnyOrderAndCountsOnlyWhatIsNew() {
        Document author = document(A);
        TextHandler text = new TextHandler(author, "t");
        "hello".chars().forEach(unit -> text.insert(text.length(), Character.toString(unit)));
        List<Change> changes = new ArrayList<>(author.exportChanges());
        Collections.reverse(changes);

        Document reader = document(B);
        TextHandler copy = new TextHandler(reader, "t");
        assertThat(copy.value()).isEmpty();
        assertThat(reader.importChanges(changes)).isEqualTo(5);
        assertThat(reader.importChanges(changes)).isZero();
        assertThat(copy.value()).isEqualTo("hello");
        assertThat(reader.versionVector()).isEqualTo(author.versionVector());
        assertThat(reader.exportChangesNewerThan(VersionVector.EMPTY)).isEqualTo(author.exportChanges());
    }

    @Test
    void namesWhatIsMissing() {
        Document author = document(A);
        TextHandler text = new TextHandler(author, "t");
        text.insert(0, "a");
        text.insert(1, "b");
        Change second = author.exportChanges().get(1);

        Document reader = document(B);
        assertThat(reader.importAll(List.of(second)).notReady())
                .containsExactly(new ImportResult.NotReady(
                        second, author.exportChanges().get(0).id()));
        assertThatThrownBy(() -> reader.applyChange(second)).isInstanceOf(CausallyNotReadyException.class);
        assertThat(reader.isEmpty()).isTrue();
    }

    @Test
    void showsPendingOperationsInsideATransaction() {
        Document document = document(A);
        TextHandler text = new TextHandler(document, "t");
        document.runInTransaction(() -> {
            text.insert(0, "a");
            assertThat(text.value()).isEqualTo("a");
            text.invalidateCache();
            text.insert(text.length(), "b");
            assertThat(text.value()).isEqualTo("ab");
        });
        assertThat(document.exportChanges()).hasSize(1);
        text.invalidateCache();
        assertThat(text.value()).isEqualTo("ab");
    }

    @Test
    void refusesASecondHandlerOfOneId() {
        Document document = document(A);
        new TextHandler(document, "t");
        assertThatThrownBy(() -> new TextHandler(document, "t")).isInstanceOf(HandlerAlreadyRegisteredException.class);
    }

    private static Document document(PeerId peer) {
        return new Document(DocumentOptions.builder()
                .peerId(peer)
                .documentId("d")
                .initialClock(START)
                .wallClock(() -> 0)
                .build());
    }
}
