package dev.weft.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.kit.Author;
import dev.weft.server.registry.DocumentKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RelayLinkTest {
    private static final DocumentKey KEY = DocumentKey.relay("room");
    private static final LinkAddress SELF = new LinkAddress("n1", 0, 1);
    private static final LinkLimits LIMITS = LinkLimits.DEFAULT;

    private static final OwnerWords OWNER = new OwnerWords(KEY, SELF);

    private final LinkScript script = new LinkScript(new RelayLink(KEY, SELF, true, LIMITS));

    @Test
    void welcomesWithTheLogAndGoesOnBehindIt() {
        script.client("s1", hello()).routed().owner(OWNER.attached(1, 2)).owner(state(1, 2, true, "a", "b"));
        script.owner(broadcast(1, 3, "c"));

        Welcome welcome = script.heard("s1", Welcome.class).get(0);
        assertThat(welcome.changes()).containsExactly("a", "b");
        assertThat(welcome.seq()).isEqualTo(2);
        assertThat(script.heard("s1", RelayChanges.class))
                .containsExactly(new RelayChanges("room", List.of("c"), 3, null));
    }

    // A fresh stock client cannot import an array that repeats a change (G5, P20).
    @Test
    void leavesRepeatsOutOfAWelcome() {
        script.client("s1", hello()).routed().owner(OWNER.attached(1, 3)).owner(state(1, 3, true, "a", "b", "a"));
        assertThat(script.heard("s1", Welcome.class).get(0).changes()).containsExactly("a", "b");
        assertThat(script.heard("s1", Welcome.class).get(0).seq()).isEqualTo(3);
    }

    @Test
    void putsAWelcomeTogetherFromParts() {
        script.client("s1", hello()).routed().owner(OWNER.attached(1, 2)).owner(state(1, 1, false, "a"));
        assertThat(script.heard("s1", Welcome.class)).isEmpty();
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class).afterNumber())
                .isEqualTo(1);

        script.owner(state(2, 2, true, "b"));
        assertThat(script.heard("s1", Welcome.class))
                .singleElement()
                .extracting(Welcome::changes)
                .isEqualTo(List.of("a", "b"));
    }

    @Test
    void refusesAHelloAfterFourSeconds() {
        script.client("s1", hello()).pass(LIMITS.handshakeMillisMax() + LinkScript.TICK_MILLIS);
        assertThat(script.heard("s1", ErrorMessage.class))
                .extracting(ErrorMessage::code)
                .containsExactly(ErrorCode.TIMEOUT, ErrorCode.HANDSHAKE_FAILED);
    }

    // A stock client whose socket died pushes at once; it pushes the same again when it is welcomed (G3).
    @Test
    void welcomesWhoeverBeginsWithAPushAndDoesNotTakeThatPush() {
        script.client("s1", push("a")).routed().owner(OWNER.attached(1, 0)).owner(state(1, 0, true));
        assertThat(script.heard("s1", Welcome.class)).hasSize(1);
        assertThat(script.toOwner(OwnerMessage.Submit.class)).isEmpty();
    }

    @Test
    void acknowledgesAPushOnceHoweverOftenItHadToBeSent() {
        welcomed();
        script.client("s1", push("a", "b"));
        script.memberLeft(LinkScript.OWNER).routed("n3").owner(OWNER.attached(2, 2));
        assertThat(script.toOwner(OwnerMessage.Submit.class)).hasSize(2);

        script.owner(OWNER.accepted(2, 1, 2, 2)).owner(OWNER.accepted(2, 1, 2, 2));
        assertThat(script.heard("s1", Ack.class)).containsExactly(new Ack("room", 2, 2, 2, false));
    }

    // A relay session has no word for "the document moved": it is continued where it was (D5).
    @Test
    void continuesASessionByNumberAfterAChangeOfOwner() {
        welcomed();
        script.owner(broadcast(1, 1, "a"))
                .memberLeft(LinkScript.OWNER)
                .routed("n3")
                .forget();
        script.owner(OWNER.attached(2, 2, entries("b"), VersionVector.EMPTY));
        assertThat(script.heard("s1")).containsExactly(new RelayChanges("room", List.of("b"), 2, null));
    }

    @Test
    void keepsAnAcknowledgementThatWouldBeTakenForAnotherPush() {
        welcomed();
        script.client("s1", push("a")).client("s1", new StateRequest("room"));
        script.owner(state(2, 0, true));
        Ping fence = script.heard("s1", Ping.class).get(0);
        // The client pushes again because of the welcome, and the first push is stored meanwhile.
        script.client("s1", push("a", "b")).owner(OWNER.accepted(1, 1, 1, 1)).owner(OWNER.accepted(1, 2, 3, 2));
        assertThat(script.heard("s1", Ack.class)).isEmpty();

        script.client("s1", new Pong("room", fence.timestamp(), 1));
        assertThat(script.heard("s1", Ack.class)).containsExactly(new Ack("room", 3, 2, 3, false));
    }

    @Test
    void asksForWhatLiesBetweenWhenABroadcastIsMissing() {
        welcomed();
        script.owner(broadcast(1, 2, "b"));
        assertThat(script.heard("s1", RelayChanges.class)).isEmpty();
        assertThat(script.lastToOwner(OwnerMessage.Resync.class).deliveredNumber())
                .isZero();
    }

    @Test
    void givesALaggingSessionWhatItLacksInOneCatchUp() {
        welcomed();
        script.congested("s1").owner(broadcast(1, 1, "a")).owner(broadcast(1, 2, "b"));
        assertThat(script.heard("s1", RelayChanges.class)).isEmpty();

        script.drained("s1").owner(state(2, 2, true, "a", "b"));
        assertThat(script.heard("s1", RelayChanges.class))
                .containsExactly(new RelayChanges("room", List.of("a", "b"), 2, null));
    }

    private void welcomed() {
        script.client("s1", hello()).routed().owner(OWNER.attached(1, 0)).owner(state(1, 0, true));
    }

    private static Hello hello() {
        return new Hello("room", new Author(1).peer(), Set.of());
    }

    private static Push push(String... blobs) {
        return new Push("room", List.of(blobs));
    }

    private static LinkMessage state(long request, long number, boolean complete, String... blobs) {
        OwnerWords.StateWords state = OWNER.state(request, number, bytes(blobs));
        return complete ? state.message() : state.incomplete().message();
    }

    private static LinkMessage broadcast(long epoch, long number, String... blobs) {
        return OWNER.broadcast(epoch, number, entries(blobs));
    }

    private static List<LinkMessage.Entry> entries(String... blobs) {
        return bytes(blobs).stream()
                .map(blob -> new LinkMessage.Entry(blob, null))
                .toList();
    }

    private static List<byte[]> bytes(String... blobs) {
        return Stream.of(blobs)
                .map(blob -> blob.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void welcomesWithWhatLiesBehindANumber() {
        script.client("s1", goingOn(2)).routed().owner(OWNER.attached(1, 3));
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class).afterNumber())
                .isEqualTo(2);
        script.owner(state(1, 3, true, "c"));
        Welcome welcome = script.heard("s1", Welcome.class).get(0);
        assertThat(welcome.changes()).containsExactly("c");
        assertThat(welcome.resume()).isEqualTo(new ResumePoint("", 2));
    }

    @Test
    void welcomesWithEverythingIfTheNumberMeansNothingAnyMore() {
        script.client("s1", goingOn(2)).routed().owner(OWNER.attached(1, 3));
        script.owner(OWNER.state(1, 3, bytes("c")).fromElsewhere().message());
        assertThat(script.heard("s1", Welcome.class)).isEmpty();
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class).afterNumber())
                .isZero();
        script.owner(state(2, 3, true, "a", "b", "c"));
        Welcome welcome = script.heard("s1", Welcome.class).get(0);
        assertThat(welcome.changes()).containsExactly("a", "b", "c");
        assertThat(welcome.resume()).isEqualTo(ResumePoint.of(""));
    }

    private static Hello goingOn(long after) {
        return new Hello("room", new Author(1).peer(), Set.of(Capability.RESUME), new ResumePoint("", after));
    }
}
