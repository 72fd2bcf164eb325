package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.assertJoinRefused;
import static dev.weft.server.security.SecureNode.assertRefused;
import static dev.weft.server.security.SecureNode.grant;
import static dev.weft.server.security.SecureNode.identity;
import static dev.weft.server.security.SecureNode.join;
import static dev.weft.server.security.SecureNode.withQuery;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Who has a token can do what it grants, on any connection, and nothing else. */
class AccessSecurityIT {
    private static final String ANN = "token-of-ann-0123456789";
    private static final String READER = "token-of-reader-0123456789";
    private static final String BOUND = "token-of-bound-0123456789";
    private static final String LEAVER = "token-of-leaver-0123456789";
    private static final String BYSTANDER = "token-of-bystander-0123456789";

    private static final Author BOUND_AUTHOR = new Author(77);
    private static SecureNode node;

    private final String documentId = "notes-" + UUID.randomUUID();
    private final Author author = new Author(1);
    private final Author other = new Author(2);
    private Bystanders bystanders;

    @BeforeAll
    static void start() {
        Map<String, Identity> tokens = Map.of(
                ANN, identity("ann", Peers.ANY, grant("notes-*", Access.WRITE)),
                READER, identity("reader", Peers.ANY, grant("*", Access.READ)),
                BYSTANDER, identity("bystander", Peers.ANY, grant("*", Access.WRITE)),
                LEAVER, identity("leaver", Peers.ANY, grant("*", Access.WRITE)),
                BOUND, identity("bound", Peers.only(Set.of(BOUND_AUTHOR.peer())), grant("*", Access.WRITE)));
        node = SecureNode.start(AuthOptions.of(new StaticTokenAuthenticator(tokens)));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void somebodyWorks(TestInfo test) {
        bystanders = new Bystanders(test.getDisplayName(), () -> node.connect(BYSTANDER));
    }

    @AfterEach
    void andGoesOn() {
        bystanders.close();
    }

    @Test
    void noTokenNoConnection() {
        assertThat(node.refusal(new WebSocketConnectOptions().setURI("/"))).isEqualTo(401);
        assertThat(node.refusal(withQuery("token-of-nobody-0123456789"))).isEqualTo(401);
        assertThat(node.refusal(withQuery("x".repeat(9_000)))).isEqualTo(401);
    }

    @Test
    void aTokenMayStandInFourPlaces() {
        List<WebSocketConnectOptions> places = List.of(
                withQuery(ANN),
                new WebSocketConnectOptions().setURI("/any/path").putHeader("Authorization", "Bearer " + ANN),
                new WebSocketConnectOptions().setURI("/").putHeader("Cookie", "weft_token=" + ANN),
                new WebSocketConnectOptions().setURI("/").setSubProtocols(List.of("weft", "weft.token." + ANN)));
        for (WebSocketConnectOptions place : places) {
            try (RawClient client = node.connect(place)) {
                join(client, documentId, author);
            }
        }
    }

    // What the server selects stands in its answer, so it must never be the token.
    @Test
    void theSubprotocolThatIsSelectedIsNotTheToken() {
        try (RawClient client = node.connect(
                new WebSocketConnectOptions().setURI("/").setSubProtocols(List.of("weft.token." + ANN, "weft")))) {
            assertThat(client.socket().subProtocol()).isEqualTo("weft");
        }
        try (RawClient client = node.connect(ANN)) {
            assertThat(client.socket().subProtocol()).isNull();
        }
    }

    @Test
    void aForeignPageIsRefusedWhateverItsToken() {
        assertThat(node.refusal(withQuery(ANN).putHeader("Origin", "https://evil.example")))
                .isEqualTo(403);
        node.connect(withQuery(ANN).putHeader("Origin", "http://localhost:1234"))
                .close();
    }

    @Test
    void aDocumentThatIsNotGrantedCannotBeJoined() {
        try (RawClient client = node.connect(ANN)) {
            client.send(new HandshakeRequest("paper", author.peer(), author.holds(), Set.of()));
            assertJoinRefused(client, "may not open");
            client.send(new Hello("paper", author.peer(), Set.of()));
            assertJoinRefused(client, "may not open");
            join(client, documentId, author);
        }
    }

    @Test
    void framesForAnotherDocumentAreRefusedAndChangeNothing() {
        String foreign = "paper-" + UUID.randomUUID();
        try (RawClient ann = node.connect(ANN);
                RawClient reader = join(node.connect(READER), foreign, new Author(3))) {
            join(ann, documentId, author);
            ann.send(new ChangeMessage(foreign, author.type('x')));
            assertRefused(ann, "may not open");
            ann.send(new DocumentStatusRequest(foreign, null));
            assertRefused(ann, "may not open");
            ann.send(new Push(foreign, List.of("eA==")));
            assertRefused(ann, "may not open");
            ann.send(new AwarenessUpdate(foreign, new ClientAwareness("somebody", Map.of())));
            reader.send(new DocumentStatusRequest(foreign, null));
            assertThat(reader.next(DocumentStatus.class).changes()).isEmpty();
        }
    }

    @Test
    void aReaderReadsAndIsRefusedWhatItWrites() {
        try (RawClient ann = join(node.connect(ANN), documentId, author);
                RawClient reader = join(node.connect(READER), documentId, other)) {
            Change change = author.type('a');
            ann.send(new ChangeMessage(documentId, change));
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(change);
            reader.send(new ChangeMessage(documentId, other.type('b')));
            assertRefused(reader, "only read");
            reader.send(new ChangesMessage(documentId, other.types("cd")));
            assertRefused(reader, "only read");
            reader.send(new DocumentStatusRequest(documentId, null));
            assertThat(reader.next(DocumentStatus.class).changes()).containsExactly(change);
        }
    }

    // Stock clients send back every change they receive. An error for each would make a reader look broken.
    @Test
    void aReaderThatRepeatsWhatItReadIsNotTold() {
        try (RawClient ann = join(node.connect(ANN), documentId, author);
                RawClient reader = join(node.connect(READER), documentId, other)) {
            ann.send(new ChangeMessage(documentId, author.type('a')));
            Change read = reader.next(ChangeMessage.class).change();
            reader.send(new ChangeMessage(documentId, read));
            reader.send(new DocumentStatusRequest(documentId, null));
            reader.next(DocumentStatus.class);
        }
    }

    @Test
    void aReaderOfARoomIsRefusedWhatItPushes() {
        try (RawClient ann = node.connect(ANN);
                RawClient reader = node.connect(READER)) {
            ann.send(new Hello(documentId, author.peer(), Set.of()));
            ann.next(Welcome.class);
            reader.send(new Hello(documentId, other.peer(), Set.of()));
            reader.next(Welcome.class);
            reader.send(new Push(documentId, List.of("eA==")));
            assertRefused(reader, "only read");
            reader.send(new SnapshotUpload(documentId, "eA==", 0));
            assertRefused(reader, "only read");
            ann.send(new Push(documentId, List.of("eQ==")));
            assertThat(reader.next(RelayChanges.class).changes()).containsExactly("eQ==");
        }
    }

    @Test
    void nobodyWritesAsAPeerThatWasNotGranted() {
        try (RawClient bound = node.connect(BOUND);
                RawClient reader = join(node.connect(READER), documentId, new Author(3))) {
            bound.send(new HandshakeRequest(documentId, other.peer(), other.holds(), Set.of()));
            assertJoinRefused(bound, "as this peer");
            join(bound, documentId, BOUND_AUTHOR);
            bound.send(new ChangeMessage(documentId, other.type('x')));
            assertRefused(bound, "may not write as");
            // Of several changes those of the own peer pass.
            Change own = BOUND_AUTHOR.type('y');
            bound.send(new ChangesMessage(documentId, List.of(other.type('z'), own)));
            assertRefused(bound, "may not write as");
            assertThat(reader.next(ChangeMessage.class).change()).isEqualTo(own);
        }
    }

    @Test
    void nobodyShowsPresenceAsAnotherSession() {
        try (RawClient ann = join(node.connect(ANN), documentId, author);
                RawClient watcher = join(node.connect(ANN), documentId, other)) {
            AwarenessState there = watcher.next(
                    AwarenessState.class, state -> state.awareness().states().size() == 2);
            ann.send(new AwarenessUpdate(documentId, new ClientAwareness("ghost", Map.of("name", "ghost"))));
            for (String session : there.awareness().states().keySet()) {
                ann.send(new AwarenessUpdate(documentId, new ClientAwareness(session, Map.of("name", "ann"))));
            }
            // Nor does somebody who has not joined, whose id nobody has told him.
            try (RawClient stranger = node.connect(ANN)) {
                for (String session : there.awareness().states().keySet()) {
                    stranger.send(new AwarenessUpdate(documentId, new ClientAwareness(session, Map.of("name", "x"))));
                }
                stranger.send(new DocumentStatusRequest(documentId, null));
                stranger.next(DocumentStatus.class);
            }
            AwarenessUpdate seen = watcher.next(
                    AwarenessUpdate.class, update -> update.state().metadata().containsKey("name"));
            assertThat(seen.state().clientId()).isNotEqualTo("ghost");
            assertThat(seen.state().metadata()).containsEntry("name", "ann");
            assertThat(there.awareness().states().keySet())
                    .contains(seen.state().clientId());
            watcher.send(new DocumentStatusRequest(documentId, null));
            watcher.next(DocumentStatus.class);
            assertThat(watcher.hasNothing()).isTrue();
        }
    }

    @Test
    void aRevokedSubjectIsClosedAndStaysOut() {
        try (RawClient leaver = join(node.connect(LEAVER), documentId, author);
                RawClient ann = join(node.connect(ANN), documentId, other)) {
            node.server().revoke(new Revocation(Revocation.Kind.SUBJECT, "leaver", System.currentTimeMillis()));
            assertThat(leaver.closeCode()).isEqualTo(SecureNode.POLICY);
            assertThat(node.refusal(withQuery(LEAVER))).isEqualTo(401);
            ann.send(new DocumentStatusRequest(documentId, null));
            ann.next(DocumentStatus.class);
        }
    }
}
