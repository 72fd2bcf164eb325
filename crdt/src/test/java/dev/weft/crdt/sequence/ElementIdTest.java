package dev.weft.crdt.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.PeerId;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElementIdTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");

    @Test
    void ordersTheNullIdFirstThenPeersThenCounters() {
        assertThat(List.of(ElementId.NULL, new ElementId(A, 1), new ElementId(A, 2), new ElementId(B, 0)))
                .isSorted();
    }

    @Test
    void writesWhatTheReferenceWrites() {
        ByteWriter writer = new ByteWriter();
        new ElementId(A, 300).write(writer);
        ElementId.NULL.write(writer);
        assertThat(HexFormat.of().formatHex(writer.toByteArray()))
                .isEqualTo("010a00000000004000800000000000000aac0200");
        assertThat(ElementId.encodedLength(300)).isEqualTo(19);
    }

    @Test
    void refusesOtherFlagsAndCutIds() {
        assertThatThrownBy(() -> ElementId.read(new ByteReader(new byte[] {2})))
                .isInstanceOf(CrdtFormatException.class);
        assertThatThrownBy(() -> ElementId.read(new ByteReader(new byte[] {1, 0, 0})))
                .isInstanceOf(CrdtFormatException.class);
        assertThatThrownBy(() -> ElementId.readWhole(new ByteReader(new byte[] {0, 0})))
                .isInstanceOf(CrdtFormatException.class);
    }

    @Test
    void readsItsOwnText() {
        ElementId id = new ElementId(A, 7);
        assertThat(ElementId.parse(id.toString())).isEqualTo(id);
        assertThat(ElementId.parse("null")).isEqualTo(ElementId.NULL);
        assertThatThrownBy(() -> ElementId.parse(A + ":-1")).isInstanceOf(CrdtFormatException.class);
        assertThatThrownBy(() -> ElementId.parse(A.toString())).isInstanceOf(CrdtFormatException.class);
    }
}
