package dev.weft.server.relay.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.StoredEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RelayRoomTest {
    private static final DocumentKey KEY = DocumentKey.relay("room");
    private static final LinkAddress LINK = new LinkAddress("n1", 0, 1);
    private static final RelayLimits LIMITS = new RelayLimits(2, 1_000, 100);

    /** What the store holds, as the effects say. */
    private final List<StoredEntry> log = new ArrayList<>();

    private byte[] snapshot;
    private RelayRoom room = open(1);
    private long epoch = 1;
    private long now = 1_000_000;

    @Test
    void numbersBlobsInTheOrderOfTheirPushes() {
        attach(1);
        assertThat(ackOf(push(1, "a", "b")).lastNumber()).isEqualTo(2);
        LinkMessage.Result next = ackOf(push(2, "c"));
        assertThat(next.lastNumber()).isEqualTo(3);
        assertThat(next.logLength()).isEqualTo(3);
    }

    // The acknowledgement died with the owner, so the link sends the push again to the next one (D5).
    @Test
    void givesAPushThatComesAgainAfterATakeOverTheNumbersItHas() {
        attach(1);
        push(1, "a", "b");

        takeOver();
        attach(1);
        List<HostEffect> again = push(1, "a", "b");

        assertThat(again).noneMatch(HostEffect.Persist.class::isInstance);
        assertThat(ackOf(again).lastNumber()).isEqualTo(2);
        assertThat(ackOf(again).count()).isEqualTo(2);
    }

    @Test
    void goesOnBehindTheLastNumberAfterATakeOver() {
        attach(1);
        push(1, "a");
        takeOver();
        attach(2);

        assertThat(ackOf(push(2, "b")).lastNumber()).isEqualTo(2);
    }

    @Test
    void showsNobodyANumberThatIsNotDurable() {
        attach(1);
        push(1, "a");
        room.receive(submit(2, "b"), now);
        // However long the store does not answer.
        now += HostLimits.DEFAULT.tellAheadAfterMillis();
        assertThat(room.tick(now))
                .noneMatch(effect ->
                        effect instanceof HostEffect.Send send && send.message() instanceof LinkMessage.Broadcast);

        LinkMessage.State state = read(0);

        assertThat(state.number()).isEqualTo(1);
        assertThat(state.blobs()).hasSize(1);
    }

    @Test
    void asksOneMemberForASnapshotAndTakesOnlyThatOne() {
        attach(1);
        push(1, "a", "b");
        assertThat(ackOf(push(2, "c")).compact()).isTrue();
        assertThat(ackOf(push(3, "d")).compact()).as("somebody is at it").isFalse();

        assertThat(upload("stranger", 3)).noneMatch(HostEffect.Compact.class::isInstance);
        assertThat(upload("s1", 9)).as("not numbered yet").noneMatch(HostEffect.Compact.class::isInstance);
    }

    @Test
    void replacesTheLogByASnapshotAndRemembersWhichPushesItCovers() {
        attach(1);
        push(1, "a", "b");
        push(2, "c");
        upload("s1", 3);

        LinkMessage.State joining = read(0);
        assertThat(joining.snapshot()).isNotNull();
        assertThat(joining.snapshotNumber()).isEqualTo(3);
        assertThat(joining.blobs()).isEmpty();
        assertThat(read(3).snapshot()).as("whoever holds it needs none").isNull();

        takeOver();
        attach(2);
        assertThat(ackOf(push(2, "c")).lastNumber()).isEqualTo(3);
        assertThat(ackOf(push(3, "d")).lastNumber()).isEqualTo(4);
    }

    private RelayRoom open(long newEpoch) {
        long last = log.isEmpty() ? snapshotPosition() : log.get(log.size() - 1).position();
        List<StoredEntry> entries = log.stream()
                .filter(entry -> entry.position() > snapshotPosition())
                .toList();
        return new RelayRoom(KEY, newEpoch, Optional.ofNullable(snapshot), entries, last, HostLimits.DEFAULT, LIMITS);
    }

    private long snapshotPosition() {
        return snapshot == null ? 0 : RelaySnapshot.decode(snapshot).upToSeq();
    }

    private void takeOver() {
        room = open(++epoch);
    }

    private void attach(long firstSubmit) {
        room.receive(
                new OwnerMessage.Attach(KEY, LINK, true, VersionVector.EMPTY, 0, 0, firstSubmit, null, 0, ""), now);
    }

    private OwnerMessage.Submit submit(long number, String... blobs) {
        List<byte[]> bytes = Stream.of(blobs)
                .map(blob -> blob.getBytes(StandardCharsets.UTF_8))
                .toList();
        return new OwnerMessage.Submit(KEY, LINK, epoch, number, "s1", bytes);
    }

    private List<HostEffect> push(long number, String... blobs) {
        return stored(room.receive(submit(number, blobs), now));
    }

    private List<HostEffect> upload(String session, long upTo) {
        byte[] content = "snapshot".getBytes(StandardCharsets.UTF_8);
        return stored(room.receive(new OwnerMessage.Upload(KEY, LINK, epoch, session, content, upTo), now));
    }

    private LinkMessage.State read(long after) {
        return room.receive(new OwnerMessage.ReadState(KEY, LINK, epoch, 1, "s2", null, after, 1 << 20), now).stream()
                .filter(HostEffect.Send.class::isInstance)
                .map(effect -> (LinkMessage.State) ((HostEffect.Send) effect).message())
                .findFirst()
                .orElseThrow();
    }

    /** Does what the room wants of the store, at once. */
    private List<HostEffect> stored(List<HostEffect> effects) {
        List<HostEffect> all = new ArrayList<>(effects);
        for (HostEffect effect : effects) {
            if (effect instanceof HostEffect.Persist persist) {
                long position = persist.firstPosition();
                for (byte[] blob : persist.blobs()) {
                    log.add(new StoredEntry(position++, blob));
                }
                all.addAll(stored(room.persisted(persist.lastPosition(), now)));
            } else if (effect instanceof HostEffect.Compact compact) {
                snapshot = compact.snapshot();
                all.addAll(room.compacted(compact.upToPosition(), true));
            }
        }
        return all;
    }

    private static LinkMessage.Result ackOf(List<HostEffect> effects) {
        return effects.stream()
                .filter(HostEffect.Send.class::isInstance)
                .map(effect -> ((HostEffect.Send) effect).message())
                .filter(LinkMessage.Accepted.class::isInstance)
                .map(message -> ((LinkMessage.Accepted) message).results().get(0))
                .findFirst()
                .orElseThrow();
    }
}
