package dev.weft.server.bus;

import dev.weft.crdt.codec.CrdtFormatException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one address of this node on the clustered bus, and the way out to others. Messages within the node do not touch
 * the bus: they are handed over by reference. Thread-safe; receivers are called on any thread and switch to their own
 * context.
 */
public final class NodeInbox {
    private static final Logger LOG = LoggerFactory.getLogger(NodeInbox.class);

    /** As W3C calls it, so that other tools recognise it. */
    private static final String TRACE_HEADER = "traceparent";

    private final Vertx vertx;
    private final String nodeId;
    private final boolean isTraced;
    private final Map<Integer, Consumer<LinkMessage>> gateways = new ConcurrentHashMap<>();
    private volatile Consumer<OwnerMessage> documents = message -> {};
    private MessageConsumer<BusMessage> consumer;

    /** Without traces. */
    public NodeInbox(Vertx vertx, String nodeId) {
        this(vertx, nodeId, false);
    }

    /** @param isTraced whether messages carry traces; if not, nobody looks for them */
    public NodeInbox(Vertx vertx, String nodeId, boolean isTraced) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.isTraced = isTraced;
    }

    public String nodeId() {
        return nodeId;
    }

    /** Completes when every node of the cluster can reach this one. */
    public Future<Void> start() {
        consumer = vertx.eventBus().consumer(Addresses.node(nodeId), this::received);
        return consumer.completion();
    }

    public Future<Void> stop() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    /** Who gets what is meant for owners on this node. Set before {@link #start}. */
    public void documents(Consumer<OwnerMessage> receiver) {
        documents = receiver;
    }

    public void addGateway(int index, Consumer<LinkMessage> receiver) {
        gateways.put(index, receiver);
    }

    public void removeGateway(int index) {
        gateways.remove(index);
    }

    public void toOwner(String ownerNode, OwnerMessage message) {
        if (ownerNode.equals(nodeId)) {
            documents.accept(message);
        } else if (isTraced && message instanceof OwnerMessage.Submit submit && submit.trace() != null) {
            DeliveryOptions traced = new DeliveryOptions().addHeader(TRACE_HEADER, submit.trace());
            vertx.eventBus().send(Addresses.node(ownerNode), message, traced);
        } else {
            vertx.eventBus().send(Addresses.node(ownerNode), message);
        }
    }

    public void toLink(LinkMessage message) {
        if (message.to().nodeId().equals(nodeId)) {
            dispatch(message);
        } else {
            vertx.eventBus().send(Addresses.node(message.to().nodeId()), message);
        }
    }

    private void received(Message<BusMessage> message) {
        BusMessage body;
        try {
            body = message.body();
        } catch (CrdtFormatException e) {
            // A node of a version this one does not understand. Links and owners repeat what matters.
            LOG.warn("Dropped a message from another node: {}", e.getMessage());
            return;
        }
        if (isTraced && body instanceof OwnerMessage.Submit submit) {
            documents.accept(submit.withTrace(message.headers().get(TRACE_HEADER)));
        } else if (body instanceof OwnerMessage toOwner) {
            documents.accept(toOwner);
        } else {
            dispatch((LinkMessage) body);
        }
    }

    private void dispatch(LinkMessage message) {
        Consumer<LinkMessage> gateway = gateways.get(message.to().gateway());
        // A gateway that is gone has no session left that could miss the message.
        if (gateway != null) {
            gateway.accept(message);
        }
    }
}
