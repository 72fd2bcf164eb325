package dev.weft.crdt.handler;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.HexFormat;
import java.util.List;

/** The documents of the specification's worked examples: peers A, B, C with clocks that only count. */
public final class Replicas {
    public static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    public static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");
    public static final PeerId C = PeerId.parse("0c000000-0000-4000-8000-00000000000c");
    private static final HybridTimestamp START = HybridTimestamp.of(2_199_023_255_552L, 0);

    private Replicas() {}

    public static Document replica(PeerId peer) {
        return new Document(DocumentOptions.builder()
                .peerId(peer)
                .initialClock(START)
                .wallClock(() -> 0)
                .build());
    }

    /** Both take in what the other has. */
    public static void sync(Document a, Document b) {
        List<Change> fromA = a.exportChangesNewerThan(b.versionVector());
        a.importChanges(b.exportChangesNewerThan(a.versionVector()));
        b.importChanges(fromA);
    }

    /** The payloads of all changes in order, in hex. */
    public static List<String> payloads(Document document) {
        return document.exportChanges().stream()
                .map(change -> hex(change.payload().readRemaining()))
                .toList();
    }

    /** Takes in a change by C, newer than all others, that nobody's API would make. */
    public static void inject(Document document, String type, String id, int kind, int number, String bodyHex) {
        byte[] payload = Envelope.encode(type, id, kind, bytes(bodyHex));
        document.applyChange(
                Change.of(new OperationId(C, HybridTimestamp.of(START.millis() + 1, number)), List.of(), payload));
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    public static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** The blob a snapshot keeps of a handler, in hex. */
    public static String state(Document document, String id) {
        return hex(document.takeSnapshot(false).data().get(id));
    }
}
