package dev.weft.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.kit.Author;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AwareLinkTest {
    private static final DocumentKey KEY = DocumentKey.aware("paper");
    private static final LinkAddress SELF = new LinkAddress("n1", 0, 1);
    private static final LinkLimits LIMITS = LinkLimits.DEFAULT;

    private static final OwnerWords OWNER = new OwnerWords(KEY, SELF);

    private final LinkScript script = new LinkScript(new AwareLink(KEY, SELF, true, LIMITS));
    private final Author ann = new Author(1);
    private final Author bob = new Author(2);

    @Test
    void answersAHandshakeWithTheStateAndThenEveryLaterBroadcastOnce() {
        List<Change> typed = ann.types("abc");
        script.client("s1", handshake(bob)).routed().owner(OWNER.attached(1, 1));
        script.owner(broadcast(1, 2, typed.get(1)));
        script.owner(state(1, 2, typed.get(0), typed.get(1)));
        script.owner(broadcast(1, 2, typed.get(1))).owner(broadcast(1, 3, typed.get(2)));

        assertThat(script.heard("s1")).hasSize(2);
        assertThat(script.heard("s1", HandshakeResponse.class).get(0).changes()).hasSize(2);
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactly(typed.get(2));
    }

    @Test
    void refusesAHandshakeAfterFourSecondsSoThatTheNextAttemptWorks() {
        script.client("s1", handshake(bob)).pass(LIMITS.handshakeMillisMax() + LinkScript.TICK_MILLIS);

        assertThat(script.heard("s1", ErrorMessage.class))
                .extracting(ErrorMessage::code)
                .containsExactly(ErrorCode.TIMEOUT, ErrorCode.HANDSHAKE_FAILED);
    }

    // No owner could be reached for longer than a question may wait. The socket stays open, so nobody shakes hands
    // again.
    @Test
    void keepsWhatAHandshakeGrantedWhenALaterQuestionCannotBeAnswered() {
        script.client("s1", new HandshakeRequest("paper", bob.peer(), bob.holds(), Set.of(Capability.ACK)))
                .routed()
                .owner(OWNER.attached(1, 0))
                .owner(state(1, 0));
        script.memberLeft(LinkScript.OWNER)
                .forget()
                .client("s1", new DocumentStatusRequest("paper", bob.holds()))
                .pass(LIMITS.handshakeMillisMax() + LinkScript.TICK_MILLIS);
        assertThat(script.heard("s1", ErrorMessage.class))
                .extracting(ErrorMessage::code)
                .containsExactly(ErrorCode.TIMEOUT);

        script.client("s1", new DocumentStatusRequest("paper", bob.holds()))
                .routed("n3")
                .owner(OWNER.attached(2, 0));
        script.owner(state(script.lastToOwner(OwnerMessage.ReadState.class).request(), 0));
        Change typed = bob.type('b');
        script.client("s1", new ChangeMessage("paper", typed)).owner(OWNER.accepted(2, 1, 0, 1));
        assertThat(script.heard("s1", DurableMessage.class))
                .extracting(DurableMessage::versionVector)
                .containsExactly(versionOf(typed));
    }

    // The socket of a stock client died and it did not notice: it goes on as if nothing had happened (G3).
    @Test
    void healsASessionThatBeginsWithoutAHandshake() {
        script.client("s1", new ChangeMessage("paper", bob.type('x')));
        assertThat(script.heard("s1", ErrorMessage.class))
                .extracting(ErrorMessage::code)
                .containsExactly(ErrorCode.OUT_OF_SYNC);
        assertThat(script.toOwner(OwnerMessage.Submit.class)).isEmpty();

        script.client("s1", new DocumentStatusRequest("paper", bob.holds())).routed();
        script.owner(OWNER.attached(1, 0)).owner(state(1, 0));
        assertThat(script.heard("s1", DocumentStatus.class)).hasSize(1);
    }

    @Test
    void fillsAGapBeforeItPassesAnythingOn() {
        List<Change> typed = ann.types("abc");
        live("s1", bob);
        script.owner(broadcast(1, 1, typed.get(0))).owner(broadcast(1, 3, typed.get(2)));
        assertThat(script.heard("s1", ChangeMessage.class)).hasSize(1);
        assertThat(script.lastToOwner(OwnerMessage.Resync.class).deliveredNumber())
                .isEqualTo(1);

        script.owner(OWNER.attached(1, 3, entries(typed.get(1), typed.get(2)), ann.holds()));
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactlyElementsOf(typed);
    }

    @Test
    void noticesAtAHeartbeatThatTheLastBroadcastWasLost() {
        live("s1", bob);
        script.owner(OWNER.heartbeat(4));
        assertThat(script.toOwner(OwnerMessage.Resync.class)).hasSize(1);
    }

    // Positions of one log mean the same under every owner; the vector of what was passed on covers this change.
    @Test
    void passesOnWhatIsBelowTheNewestChangeOfItsAuthor() {
        live("s1", bob);
        script.owner(broadcast(1, 1, ann.type('b')));
        Change below = new Author(1, 500).type('a');
        script.memberLeft(LinkScript.OWNER).routed("n3").forget();
        script.owner(OWNER.attached(2, 2, entries(below), ann.holds()));
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactly(below);
    }

    // What it told is in no store, so it comes again from whoever writes it; sessions have it already.
    @Test
    void leavesADetachedOwnerAsIfItHadNeverBeenThere() {
        List<Change> typed = ann.types("abc");
        live("s1", bob);
        script.owner(broadcast(1, 1, typed.get(0)));
        script.owner(new LinkMessage.NotOwner(KEY, SELF, 1, LinkScript.OWNER));
        script.owner(OWNER.attached(
                1,
                2,
                entries(typed.get(1)),
                versionOf(typed.get(1)),
                new LinkMessage.Fork(1, versionOf(typed.get(0)))));
        assertThat(script.heard("s1", ChangeMessage.class)).hasSize(2);

        script.forget().owner(new LinkMessage.NotOwner(KEY, SELF, 1, "n3"));
        assertThat(script.lastToOwner(OwnerMessage.Attach.class).deliveredNumber())
                .isEqualTo(1);
        script.routed("n3").owner(OWNER.attached(2, 1)).owner(broadcast(2, 3, typed.get(1), typed.get(2)));
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactly(typed.get(2));
    }

    @Test
    void absorbsTheEchoOfWhatItHasJustPassedOn() {
        live("s1", bob);
        Change change = ann.type('a');
        script.owner(broadcast(1, 1, change)).client("s1", new ChangeMessage("paper", change));
        assertThat(script.toOwner(OwnerMessage.Submit.class)).isEmpty();
    }

    @Test
    void keepsWhatIsNotAcknowledgedAndGivesItToTheNextOwner() {
        live("s1", bob);
        script.client("s1", new ChangeMessage("paper", bob.type('x')));
        script.memberLeft(LinkScript.OWNER);
        assertThat(script.all(LinkEffect.FindOwner.class))
                .last()
                .extracting(LinkEffect.FindOwner::suspect)
                .isEqualTo(new LinkEffect.Suspect(LinkScript.OWNER, 1));
        script.forget().routed("n3").owner(OWNER.attached(2, 0));

        assertThat(script.lastToOwner(OwnerMessage.Submit.class).epoch()).isEqualTo(2);
        assertThat(script.lastToOwner(OwnerMessage.Submit.class).number()).isEqualTo(1);
    }

    // The client uploads what the last owner had taken in and not stored (D4).
    @Test
    void asksASessionWhatItHasAfterAChangeOfOwner() {
        live("s1", bob);
        script.memberLeft(LinkScript.OWNER)
                .routed("n3")
                .owner(OWNER.attached(2, 0))
                .pass(LIMITS.resyncSpreadMillis());
        assertThat(script.heard("s1", ErrorMessage.class))
                .extracting(ErrorMessage::code)
                .containsExactly(ErrorCode.OUT_OF_SYNC);
    }

    @Test
    void doesNotGiveAnAuthorItsOwnChangeBackFromAnOwnerThatDoesNotKnowIt() {
        live("s1", bob);
        Change change = bob.type('x');
        script.client("s1", new ChangeMessage("paper", change));
        // Durable, but the broadcast was lost with its owner.
        script.owner(OWNER.accepted(1, 1, 0, 1))
                .memberLeft(LinkScript.OWNER)
                .routed("n3")
                .forget();
        script.owner(OWNER.attached(2, 1, entries(change), bob.holds()));
        assertThat(script.heard("s1", ChangeMessage.class)).isEmpty();
    }

    @Test
    void suspectsAnOwnerThatIsSilentWhileSomethingIsUnanswered() {
        live("s1", bob);
        script.pass(5_000);
        assertThat(script.all(LinkEffect.FindOwner.class))
                .as("nothing is expected")
                .hasSize(1);

        script.client("s1", new ChangeMessage("paper", bob.type('x')))
                .pass(LIMITS.suspicionMillis() + LinkScript.TICK_MILLIS);
        assertThat(script.all(LinkEffect.FindOwner.class)).hasSize(2);
        assertThat(script.toOwner(OwnerMessage.Submit.class))
                .as("it was repeated before")
                .hasSizeGreaterThan(1);
    }

    // It may have been dropped by mistake; nobody else would tell it.
    @Test
    void asksAnOwnerThatHasBeenQuietForLongWhetherItFollows() {
        live("s1", bob);
        script.pass(LIMITS.quietMillisMax());
        assertThat(script.toOwner(OwnerMessage.Resync.class)).isNotEmpty();
    }

    @Test
    void givesALaggingSessionOneCatchUpInsteadOfAFlood() {
        List<Change> typed = ann.types("abc");
        live("s1", bob);
        script.owner(broadcast(1, 1, typed.get(0))).congested("s1").forget();
        script.owner(broadcast(1, 2, typed.get(1))).owner(broadcast(1, 3, typed.get(2)));
        assertThat(script.heard("s1")).isEmpty();

        script.drained("s1");
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class)
                        .since()
                        .covers(typed.get(0).id()))
                .isTrue();
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class)
                        .since()
                        .covers(typed.get(1).id()))
                .isFalse();
    }

    @Test
    void pausesItsClientsWhileTheRingIsFullAndResumesThem() {
        LinkLimits small = new LinkLimits(
                10,
                LIMITS.recentBytesMax(),
                LIMITS.echoIdsMax(),
                LIMITS.partBytesMax(),
                LIMITS.sessionsMax(),
                LIMITS.retryMillis(),
                LIMITS.suspicionMillis(),
                LIMITS.handshakeMillisMax(),
                LIMITS.outOfSyncMillis(),
                LIMITS.resyncSpreadMillis(),
                LIMITS.quietMillisMax(),
                LIMITS.lingerMillis());
        LinkScript narrow = new LinkScript(new AwareLink(KEY, SELF, true, small));
        narrow.client("s1", handshake(bob)).routed().owner(OWNER.attached(1, 0)).owner(state(1, 0));
        narrow.client("s1", new ChangeMessage("paper", bob.type('x')));
        assertThat(narrow.all(LinkEffect.Pause.class)).hasSize(1);
        narrow.owner(OWNER.accepted(1, 1, 0, 1));
        assertThat(narrow.all(LinkEffect.Resume.class)).hasSize(1);
    }

    // What differs at one ping is on its way; what still differs at the next was lost (G14).
    @Test
    void sendsWhatAClientStillLacksAtItsSecondPing() {
        live("s1", bob);
        script.owner(broadcast(1, 1, ann.type('a')));
        script.client("s1", new Ping("paper", 1, VersionVector.EMPTY));
        assertThat(script.toOwner(OwnerMessage.ReadState.class)).hasSize(1);
        script.client("s1", new Ping("paper", 2, VersionVector.EMPTY));
        assertThat(script.toOwner(OwnerMessage.ReadState.class)).hasSize(2);
    }

    // A client that pruned says less of its author than it made (G14).
    @Test
    void doesNotSendAnAuthorWhatItMadeItselfHoweverLittleItsPingsSay() {
        live("s1", bob);
        script.client("s1", new ChangeMessage("paper", bob.type('b')));
        script.owner(OWNER.accepted(1, 1, 0, 1)).owner(broadcast(1, 1, bob.type('c')));
        for (int ping = 1; ping <= 4; ping++) {
            script.client("s1", new Ping("paper", ping, VersionVector.EMPTY));
        }
        assertThat(script.toOwner(OwnerMessage.ReadState.class)).hasSize(1);
    }

    // An owner that takes longer than the pause between two questions has answered each of them too late otherwise.
    @Test
    void takesTheAnswerToAQuestionThatWasRepeatedMeanwhile() {
        script.client("s1", handshake(bob)).routed().owner(OWNER.attached(1, 0));
        script.pass(2L * LIMITS.retryMillis() + LinkScript.TICK_MILLIS);
        assertThat(script.toOwner(OwnerMessage.ReadState.class)).hasSize(2);
        script.owner(state(1, 0)).owner(state(1, 0));
        assertThat(script.heard("s1", HandshakeResponse.class)).hasSize(1);
    }

    @Test
    void asksAClientForWhatTheDocumentStillLacksAtItsSecondPing() {
        live("s1", bob);
        bob.type('x');
        script.client("s1", new Ping("paper", 1, bob.holds()));
        assertThat(script.heard("s1", ErrorMessage.class)).isEmpty();
        script.client("s1", new Ping("paper", 2, bob.holds()));
        assertThat(script.heard("s1", ErrorMessage.class)).hasSize(1);
    }

    // A thousand changes that are not ready are one reason to ask, not a thousand (G7).
    @Test
    void sendsOneOutOfSyncForManyChangesThatAreNotReady() {
        live("s1", bob);
        List<Change> typed = bob.types("xyz");
        for (int i = 0; i < 3; i++) {
            script.client("s1", new ChangesMessage("paper", List.of(typed.get(i))));
        }
        List<Result> notReady = List.of(result(1), result(2), result(3));
        script.owner(OWNER.accepted(1, 3, notReady));
        assertThat(script.heard("s1", ErrorMessage.class)).hasSize(1);
    }

    // The codec of a client refuses a message with too many.
    @Test
    void passesALargeBroadcastOnInSeveralMessages() {
        script.client("s1", new HandshakeRequest("paper", bob.peer(), bob.holds(), Set.of(Capability.BATCH)))
                .routed()
                .owner(OWNER.attached(1, 0))
                .owner(state(1, 0));
        List<Change> typed = ann.types("x".repeat(BroadcastDelivery.CHANGES_PER_MESSAGE + 1));
        script.owner(broadcast(1, typed.size(), typed.toArray(Change[]::new)));
        List<ChangesMessage> many = script.heard("s1", ChangesMessage.class);
        assertThat(many).hasSize(1);
        assertThat(many.get(0).changes()).isEqualTo(typed.subList(0, BroadcastDelivery.CHANGES_PER_MESSAGE));
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactly(typed.get(typed.size() - 1));
    }

    @Test
    void ignoresAnAnswerToAnEarlierQuestionThatWouldSkipChanges() {
        live("s1", bob);
        script.owner(OWNER.attached(1, 5));
        assertThat(script.toOwner(OwnerMessage.Resync.class)).hasSize(1);
    }

    private void live(String sessionId, Author author) {
        script.client(sessionId, handshake(author))
                .routed()
                .owner(OWNER.attached(1, 0))
                .owner(state(1, 0));
    }

    private static Message handshake(Author author) {
        return new HandshakeRequest("paper", author.peer(), author.holds(), Set.of());
    }

    private static LinkMessage state(long request, long number, Change... changes) {
        return OWNER.state(request, number, blobs(changes)).message();
    }

    private static LinkMessage broadcast(long epoch, long number, Change... changes) {
        return OWNER.broadcast(epoch, number, entries(changes));
    }

    private static VersionVector versionOf(Change change) {
        return VersionVector.builder().update(change.id()).build();
    }

    private static Result result(long submit) {
        return new Result(submit, Outcome.NOT_READY, 0, 1, 0, false, null);
    }

    private static List<byte[]> blobs(Change... changes) {
        return List.of(changes).stream().map(Change::encoded).toList();
    }

    private static List<LinkMessage.Entry> entries(Change... changes) {
        return List.of(changes).stream()
                .map(change -> new LinkMessage.Entry(change.encoded(), null))
                .toList();
    }

    @Test
    void goesOnFromAPlaceByNumberAndTellsTheNextOne() {
        List<Change> typed = ann.types("abc");
        script.client("s1", goingOn(2)).routed().owner(OWNER.attached(1, 3));
        OwnerMessage.ReadState asked = script.lastToOwner(OwnerMessage.ReadState.class);
        assertThat(asked.afterNumber()).isEqualTo(2);
        assertThat(asked.since()).isNull();

        script.owner(state(asked.request(), 3, typed.get(2)));
        HandshakeResponse answer = script.heard("s1", HandshakeResponse.class).get(0);
        assertThat(answer.resume()).isEqualTo(new ResumePoint("", 2));
        assertThat(answer.changes()).containsExactly(typed.get(2));
        assertThat(script.heard("s1", PositionMessage.class)).containsExactly(new PositionMessage("paper", 3));
    }

    @Test
    void asksWhatAClientHoldsWhosePlaceIsGone() {
        script.client("s1", goingOn(7)).routed().owner(OWNER.attached(1, 3));
        script.owner(OWNER.state(1, 3, List.of()).fromElsewhere().message());
        HandshakeResponse answer = script.heard("s1", HandshakeResponse.class).get(0);
        assertThat(answer.resume()).isEqualTo(ResumePoint.of(""));
        assertThat(answer.changes()).isEmpty();

        Change typed = ann.type('a');
        script.owner(broadcast(1, 4, typed));
        assertThat(script.heard("s1", ChangeMessage.class)).isEmpty();
        script.client("s1", new DocumentStatusRequest("paper", bob.holds()));
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class).since()).isEqualTo(bob.holds());
    }

    // Somebody else gave the client that number: behind what is durable each owner has numbers of its own.
    @Test
    void doesNotGoOnFromANumberBehindWhatIsDurable() {
        script.client("s1", goingOn(4)).routed();
        script.owner(attachedAhead(1, 5, 3, VersionVector.EMPTY));
        assertThat(script.toOwner(OwnerMessage.ReadState.class)).isEmpty();
        assertThat(script.heard("s1", HandshakeResponse.class))
                .extracting(HandshakeResponse::resume)
                .containsExactly(ResumePoint.of(""));
        assertThat(script.heard("s1", PositionMessage.class)).isEmpty();
    }

    @Test
    void tellsNoPlaceBeforeAllThatTheClientHoldsIsDurable() {
        List<Change> typed = ann.types("ab");
        script.client("s1", goingOn(2)).routed().owner(attachedAhead(1, 3, 2, versionOf(typed.get(0))));
        script.owner(stateAhead(
                script.lastToOwner(OwnerMessage.ReadState.class).request(), 3, 2, VersionVector.EMPTY, typed.get(0)));
        assertThat(script.heard("s1", HandshakeResponse.class).get(0).resume()).isEqualTo(new ResumePoint("", 2));
        script.owner(ahead(1, 4, 2, typed.get(1))).client("s1", new Ping("paper", 1, null));
        assertThat(script.heard("s1", PositionMessage.class)).isEmpty();

        script.owner(OWNER.heartbeat(4));
        assertThat(script.heard("s1", PositionMessage.class)).containsExactly(new PositionMessage("paper", 4));
    }

    @Test
    void tellsNoPlaceToAClientThatHoldsWhatWasLostWithItsOwner() {
        List<Change> typed = ann.types("ab");
        script.client("s1", goingOn(2)).routed().owner(OWNER.attached(1, 2)).owner(state(1, 2));
        script.owner(ahead(1, 3, 2, typed.get(0))).memberLeft(LinkScript.OWNER).routed("n3");
        script.forget().owner(OWNER.attached(2, 2)).client("s1", new Ping("paper", 1, null));
        assertThat(script.heard("s1", PositionMessage.class)).isEmpty();

        script.owner(broadcast(2, 4, typed.get(0), typed.get(1)));
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactly(typed.get(1));
        assertThat(script.heard("s1", PositionMessage.class)).containsExactly(new PositionMessage("paper", 4));
    }

    // It gets the rest by number, and numbers behind what is durable mean something else under the next owner.
    @Test
    void asksWhatAClientHoldsThatWasCaughtUpInPartWithWhatWasLost() {
        List<Change> typed = ann.types("ab");
        script.client("s1", goingOn(2)).routed().owner(attachedAhead(1, 4, 2, ann.holds()));
        long request = script.lastToOwner(OwnerMessage.ReadState.class).request();
        script.owner(OWNER.state(request, 3, blobs(typed.get(0)))
                .incomplete()
                .ahead(ann.holds(), 2)
                .message());
        assertThat(script.lastToOwner(OwnerMessage.ReadState.class).afterNumber())
                .isEqualTo(3);

        script.forget().memberLeft(LinkScript.OWNER);
        assertThat(script.heard("s1", ErrorMessage.class))
                .extracting(ErrorMessage::code)
                .containsExactly(ErrorCode.OUT_OF_SYNC);
    }

    @Test
    void confirmsWhatAnEarlierSessionSentWhenItIsDurable() {
        Change typed = bob.type('b');
        script.client("s1", new HandshakeRequest("paper", bob.peer(), bob.holds(), Set.of(Capability.ACK)))
                .routed()
                .owner(attachedAhead(1, 1, 0, bob.holds()));
        script.owner(stateAhead(1, 1, 0, bob.holds()));
        assertThat(script.heard("s1", DurableMessage.class)).isEmpty();

        script.owner(OWNER.heartbeat(1));
        assertThat(script.heard("s1", DurableMessage.class))
                .extracting(DurableMessage::versionVector)
                .containsExactly(versionOf(typed));
    }

    // Whoever is promised an answer gets it when it is true.
    @Test
    void takesAChangeAgainThatWasToldAheadFromWhoeverIsPromisedAnAcknowledgement() {
        Change typed = ann.type('a');
        script.client("s1", new HandshakeRequest("paper", bob.peer(), bob.holds(), Set.of(Capability.ACK)))
                .routed()
                .owner(OWNER.attached(1, 0))
                .owner(state(1, 0));
        script.owner(ahead(1, 1, 0, typed)).client("s1", new ChangeMessage("paper", typed));
        assertThat(script.toOwner(OwnerMessage.Submit.class)).hasSize(1);
        assertThat(script.heard("s1", DurableMessage.class)).isEmpty();

        script.owner(OWNER.accepted(1, 1, 0, 1));
        assertThat(script.heard("s1", DurableMessage.class)).hasSize(1);
    }

    @Test
    void goesBackToWhatIsDurableWhenItsOwnerIsLost() {
        List<Change> typed = ann.types("abc");
        live("s1", bob);
        script.owner(broadcast(1, 1, typed.get(0))).owner(ahead(1, 3, 1, typed.get(1), typed.get(2)));
        assertThat(script.heard("s1", ChangeMessage.class)).hasSize(3);
        Change others = new Author(3).type('x');

        script.forget().memberLeft(LinkScript.OWNER).routed("n3");
        assertThat(script.lastToOwner(OwnerMessage.Attach.class).deliveredNumber())
                .isEqualTo(1);
        assertThat(script.lastToOwner(OwnerMessage.Attach.class).delivered()).isEqualTo(versionOf(typed.get(0)));
        script.owner(OWNER.attached(2, 3, entries(others, typed.get(1)), ann.holds()));
        assertThat(script.heard("s1", ChangeMessage.class))
                .extracting(ChangeMessage::change)
                .containsExactly(others);
    }

    private static LinkMessage attachedAhead(long epoch, long number, long durable, VersionVector version) {
        return OWNER.attached(epoch, number, List.of(), version, new LinkMessage.Fork(durable, VersionVector.EMPTY));
    }

    private static LinkMessage stateAhead(
            long request, long number, long durable, VersionVector version, Change... changes) {
        return OWNER.state(request, number, blobs(changes))
                .ahead(version, durable)
                .message();
    }

    private static LinkMessage ahead(long epoch, long number, long durable, Change... changes) {
        return OWNER.broadcast(epoch, number, entries(changes), durable);
    }

    private Message goingOn(long after) {
        return new HandshakeRequest(
                "paper", bob.peer(), bob.holds(), Set.of(Capability.RESUME), new ResumePoint("", after));
    }

    // It pruned, so its vector has forgotten its own clock (spec protocol 5.4), and nobody told us who it is.
    @Test
    void doesNotSendBackToAHealedClientWhatItWrote() {
        Change typed = bob.type('x');
        script.client("s1", new DocumentStatusRequest("paper", VersionVector.EMPTY))
                .routed()
                .owner(OWNER.attached(1, 0))
                .owner(state(1, 0));
        script.client("s1", new ChangeMessage("paper", typed)).owner(broadcast(1, 1, typed));
        script.owner(OWNER.accepted(1, 1, 0, 1)).forget();
        for (int i = 0; i < 3; i++) {
            script.client("s1", new Ping("paper", i, VersionVector.EMPTY));
        }
        assertThat(script.toOwner(OwnerMessage.ReadState.class)).isEmpty();
    }
}
