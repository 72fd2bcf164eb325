package dev.weft.server.gateway;

import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.AwareMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.RelayMessage;
import dev.weft.server.auth.Rights;
import dev.weft.server.gateway.ReadPauses.Waiting;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.DocumentLink;
import dev.weft.server.observe.LogFields;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents one client has open, and the way of its messages to them: which document it is, what the client may do with
 * it, what plugins say, then the link. Confined to the context of the gateway.
 */
final class ClientDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(ClientDocuments.class);

    /** Documents whose rights are remembered; beyond it the policy is asked again. */
    private static final int RIGHTS_MAX = 1_024;

    private final GatewayVerticle gateway;
    private final ClientConnection connection;
    private final String sessionId;
    private final ReadPauses pauses;
    private final Map<DocumentKey, DocumentLink> links = new LinkedHashMap<>();
    private final Map<DocumentKey, SessionRights> rights = new HashMap<>();

    /** Handshakes of documents that are open: who made them, and which are answered. */
    private final Map<DocumentKey, PeerId> authors = new HashMap<>();

    private final Set<DocumentKey> answered = new HashSet<>();

    ClientDocuments(GatewayVerticle gateway, ClientConnection connection, ReadPauses pauses) {
        this.gateway = gateway;
        this.connection = connection;
        this.sessionId = connection.sessionId();
        this.pauses = pauses;
    }

    // The way of a message.

    void receive(Message message) {
        DocumentKey key = keyOf(message);
        if (key != null) {
            admit(key, message);
        } else if (message instanceof Ping || message instanceof PluginMessage) {
            // A relay client, or one of long ago, that came back on a new socket: only the document tells which.
            gateway.kindOf(message.documentId(), kind -> {
                if (!connection.isClosed()) {
                    admit(new DocumentKey(kind, message.documentId()), message);
                }
            });
        }
    }

    /** The first message of a session decides how it speaks; what both modes share goes to the one that is open. */
    private DocumentKey keyOf(Message message) {
        String id = message.documentId();
        if (message instanceof AwareMessage) {
            return DocumentKey.aware(id);
        }
        if (message instanceof RelayMessage) {
            return DocumentKey.relay(id);
        }
        if (isOpen(DocumentKey.relay(id))) {
            return DocumentKey.relay(id);
        }
        boolean saysWhatItHolds = message instanceof Ping ping && ping.versionVector() != null;
        return isOpen(DocumentKey.aware(id)) || saysWhatItHolds ? DocumentKey.aware(id) : null;
    }

    private void admit(DocumentKey key, Message message) {
        SessionRights known = rights.get(key);
        if (known != null) {
            check(key, message, known);
            return;
        }
        Future<Rights> asked = gateway.door().rights(connection.identity(), key);
        if (!asked.isComplete()) {
            pauses.pauseFor(Waiting.FOR_RIGHTS);
        }
        gateway.whenDone(asked, answer -> {
            pauses.resumeFrom(Waiting.FOR_RIGHTS);
            if (connection.isClosed()) {
                return;
            }
            if (answer.failed()) {
                LogFields.of(LOG.atWarn(), key, 0, sessionId)
                        .setCause(answer.cause())
                        .log(
                                "Not known what {} may do with {}",
                                connection.identity().subject(),
                                key);
                refuse(key, message, ErrorCode.INTERNAL_ERROR, "The server could not check your rights");
                return;
            }
            if (rights.size() >= RIGHTS_MAX) {
                rights.clear();
            }
            rights.put(key, new SessionRights(answer.result()));
            check(key, message, rights.get(key));
        });
    }

    private void check(DocumentKey key, Message sent, SessionRights mine) {
        DocumentLink open = links.get(key);
        SessionRights.Passage passage = mine.check(sent, change -> open == null || open.hasDelivered(change));
        if (passage.refusal() != null) {
            refuse(key, sent, ErrorCode.INVALID_MESSAGE, passage.refusal());
        }
        if (passage.message() != null) {
            pass(key, passage.message());
        }
    }

    private void pass(DocumentKey key, Message message) {
        if (message instanceof HandshakeRequest || message instanceof Hello) {
            join(key, message);
        } else {
            handOn(key, message);
        }
    }

    private void join(DocumentKey key, Message message) {
        Future<Verdict> asked = Future.fromCompletionStage(gateway.plugins().joining(sessionId, key, message));
        if (!asked.isComplete()) {
            pauses.pauseFor(Waiting.FOR_PLUGINS);
        }
        gateway.whenDone(asked, answer -> {
            pauses.resumeFrom(Waiting.FOR_PLUGINS);
            if (connection.isClosed()) {
                return;
            }
            // The chain answers always, with a refusal if a plugin does not.
            Verdict verdict = answer.result();
            if (verdict.isRefusal()) {
                refuse(key, message, verdict.code(), verdict.reason());
            } else {
                handOn(key, message);
            }
        });
    }

    /** Whoever tries to join is also told that the attempt is over; stock clients wait for it. */
    private void refuse(DocumentKey key, Message message, String code, String reason) {
        connection.send(new ErrorMessage(key.id(), code, reason));
        if (message instanceof HandshakeRequest || message instanceof Hello) {
            connection.send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
        }
    }

    private void handOn(DocumentKey key, Message message) {
        DocumentLink link = links.get(key);
        if (link == null) {
            link = open(key);
            if (link == null) {
                return;
            }
        }
        if (message instanceof HandshakeRequest handshake) {
            introduced(key, handshake.author());
        } else if (message instanceof Hello hello) {
            introduced(key, hello.author());
        }
        link.receive(sessionId, message, gateway.nowMillis());
        gateway.links().perform(link);
    }

    private DocumentLink open(DocumentKey key) {
        String fault = DocumentKey.faultForClients(key.id());
        if (fault != null) {
            gateway.counters().hit(Limit.DOCUMENT_ID);
            refuseToOpen(key, fault);
            return null;
        }
        int documentsMax = gateway.options().documentsPerConnectionMax();
        if (links.size() >= documentsMax) {
            gateway.counters().hit(Limit.DOCUMENTS_PER_CONNECTION);
            refuseToOpen(key, "A connection may have " + documentsMax + " documents open");
            return null;
        }
        DocumentLink link = gateway.links().link(key);
        links.put(key, link);
        return link;
    }

    private void refuseToOpen(DocumentKey key, String reason) {
        connection.send(new ErrorMessage(key.id(), ErrorCode.INVALID_MESSAGE, reason));
        connection.send(new ErrorMessage(key.id(), ErrorCode.HANDSHAKE_FAILED, reason));
    }

    // Handshakes.

    private void introduced(DocumentKey key, PeerId author) {
        authors.put(key, author);
        answered.remove(key);
    }

    /** Whether this is the first answer since the last handshake, or since it came back without one. */
    boolean completeHandshake(DocumentKey key) {
        return isOpen(key) && answered.add(key);
    }

    /** The peer id that made the last handshake on a document; null if it came back without one. */
    String authorOf(DocumentKey key) {
        PeerId author = authors.get(key);
        return author == null ? null : author.toString();
    }

    // What is open.

    boolean isOpen(DocumentKey key) {
        return links.containsKey(key);
    }

    /** In the order in which they were opened. */
    Set<DocumentKey> keys() {
        return links.keySet();
    }

    /** The link has let go of this session. */
    void forget(DocumentKey key) {
        links.remove(key);
        authors.remove(key);
        answered.remove(key);
        pauses.resumeFrom(key);
    }

    /** The client takes nothing any more. */
    void congested(long nowMillis) {
        for (DocumentLink link : links.values()) {
            link.congested(sessionId, nowMillis);
            gateway.links().performLater(link);
        }
    }

    /** It does again. */
    void drained() {
        for (DocumentLink link : links.values()) {
            link.drained(sessionId, gateway.nowMillis());
            gateway.links().performLater(link);
        }
    }

    void close() {
        for (DocumentLink link : links.values()) {
            link.closed(sessionId, gateway.nowMillis());
            gateway.links().performLater(link);
        }
        links.clear();
    }

    /**
     * Provokes an answer of each: that of a stock client opens its next connection at once, on another node, which heals it
     * (spec protocol 1.7).
     */
    void provokeAnswers() {
        links.keySet()
                .forEach(key -> connection.send(
                        key.kind() == DocumentKind.AWARE
                                ? new ErrorMessage(key.id(), ErrorCode.OUT_OF_SYNC, "This node is leaving")
                                : new Ping(key.id(), gateway.wallMillis(), null)));
    }
}
