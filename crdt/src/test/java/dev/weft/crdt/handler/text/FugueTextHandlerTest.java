package dev.weft.crdt.handler.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.fugue.FugueOperation;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.sequence.ElementId;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class FugueTextHandlerTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");

    private final Document document = new Document(A);
    private final FugueTextHandler text = new FugueTextHandler(document, "t");

    @Test
    void writesTheWorkedExample() {
        text.insert(0, "ab");
        text.delete(0, 1);
        text.update(0, "c");
        text.insert(0, "\ud83d\ude00");
        assertThat(text.value()).isEqualTo("\ud83d\ude00c");
        String a = "010a00000000004000800000000000000a";
        assertThat(document.exportChanges())
                .extracting(FugueTextHandlerTest::kindAndBody)
                .containsExactly(
                        "0 000002" + a + "000161" + a + "010162",
                        "1 01" + a + "00",
                        "2 01" + a + "01" + a + "020163",
                        "0 00" + a + "0002" + a + "0303eda0bd" + a + "0403edb880");
        String floor = "01" + a.substring(2) + "04";
        assertThat(HexFormat.of().formatHex(document.takeSnapshot(false).data().get("t")))
                .isEqualTo("0312" + a + "0303eda0bd12" + a + "0403edb88012" + a + "020163" + floor);
    }

    @Test
    void appendsPastTheEndAndRefusesNegativeIndexes() {
        text.insert(0, "abc");
        text.insert(10, "X");
        assertThat(text.value()).isEqualTo("abcX");
        assertThatThrownBy(() -> text.insert(-1, "x")).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> text.delete(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> text.delete(0, -2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void makesNoChangeWhereThereIsNothingToDo() {
        text.insert(0, "");
        text.delete(0, 3);
        text.update(0, "x");
        text.change("");
        assertThat(document.exportChanges()).isEmpty();
    }

    @Test
    void replacesNoMoreThanThereIs() {
        text.insert(0, "abcd");
        text.update(2, "XYZ");
        assertThat(text.value()).isEqualTo("abXY");
    }

    @Test
    void keepsPositionsOfCursors() {
        text.insert(0, "hello");
        ElementId cursor = text.stablePositionAt(3);
        Document other = new Document(B);
        FugueTextHandler theirs = new FugueTextHandler(other, "t");
        other.importChanges(document.exportChanges());
        theirs.insert(0, ">> ");
        theirs.delete(4, 1);
        document.importChanges(other.exportChanges());
        assertThat(text.value()).isEqualTo(">> hllo");
        assertThat(text.indexOfStablePosition(cursor)).hasValue(5);
        assertThat(text.indexOfStablePosition(new ElementId(B, 99))).isEmpty();
    }

    @Test
    void neverGivesOutAnElementIdTwice() {
        text.insert(0, "abc");
        text.delete(0, 3);
        Snapshot snapshot = document.takeSnapshot(true);
        Document restarted = new Document(A);
        FugueTextHandler again = new FugueTextHandler(restarted, "t");
        restarted.importSnapshot(snapshot, true);
        again.insert(0, "d");
        assertThat(again.stablePositionAt(1)).isEqualTo(new ElementId(A, 3));
    }

    // The reference writes one unit for each element; another writer may put any string there, even none.
    @Test
    void carriesElementsThatAreNotOneUnit() {
        ByteWriter body = new ByteWriter();
        ElementId.NULL.write(body);
        ElementId.NULL.write(body);
        body.writeUvarint(4);
        List<String> values = List.of("word", "", "\ud83d\ude00", "x");
        for (int i = 0; i < values.size(); i++) {
            ElementId.write(body, B, i);
            body.writeString(values.get(i));
        }
        Change change = Change.of(
                new OperationId(B, 1L << 16),
                List.of(),
                Envelope.encode(FugueTextHandler.TYPE, "t", 0, body.toByteArray()));
        document.importChanges(List.of(change));
        assertThat(text.value()).isEqualTo("word\ud83d\ude00x");
        assertThat(text.length()).isEqualTo(7);

        Snapshot snapshot = document.takeSnapshot(true);
        assertThat(text.value()).isEqualTo("word\ud83d\ude00x");
        byte[] state = snapshot.data().get("t");
        FugueTextState decoded = FugueTextType.INSTANCE.decodeState(new ByteReader(state));
        ByteWriter again = new ByteWriter();
        FugueTextType.INSTANCE.encodeState(decoded, again);
        assertThat(again.toByteArray()).isEqualTo(state);
        FugueOperation<FugueTextValues> decodedOperation =
                FugueTextType.INSTANCE.decodeOperation(0, new ByteReader(body.toByteArray()));
        ByteWriter bodyAgain = new ByteWriter();
        FugueTextType.INSTANCE.encodeOperation(decodedOperation, bodyAgain);
        assertThat(bodyAgain.toByteArray()).isEqualTo(body.toByteArray());
    }

    private static String kindAndBody(Change change) {
        Envelope envelope = change.envelope();
        return envelope.kind() + " "
                + HexFormat.of().formatHex(change.bodyOf(envelope).readRemaining());
    }
}
