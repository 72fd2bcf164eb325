package dev.weft.server.embed;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.ClientAwareness;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A document that is open inside this node: a replica of its own, current for as long as it is open. Methods may be called
 * on any thread; a future completes on the caller's Vert.x context if it has one. Actions and listeners run on a worker
 * thread, one at a time; they must not keep the {@link Document} they are given.
 */
public final class OpenDocument {
    private final Vertx vertx;
    private final LocalGateway gateway;
    private final LocalSession session;
    private final Consumer<OpenDocument> closed;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    OpenDocument(Vertx vertx, LocalGateway gateway, LocalSession session, Consumer<OpenDocument> closed) {
        this.vertx = vertx;
        this.gateway = gateway;
        this.session = session;
        this.closed = closed;
    }

    public String documentId() {
        return session.key().id();
    }

    /** The name under which its changes travel, like the session id of a client. */
    public String sessionId() {
        return session.id();
    }

    Future<OpenDocument> open() {
        return onGateway(session::open).map(this).onFailure(cause -> close());
    }

    /** Looks at the document as it is now. What the action throws fails the future. */
    public <T> Future<T> read(Function<? super Document, ? extends T> action) {
        return onGateway(() -> session.read(action::apply));
    }

    /**
     * Changes the document: all that the action does or, if it throws, nothing. Handlers that the document has already
     * must be taken from {@link Document#handlers}.
     *
     * @return the document's version once the edit is durable. Fails with what the action threw, with {@link
     *     EditTooLargeException} or {@link EditRefusedException} if nothing was kept, with {@link DocumentClosedException} if that is not known
     */
    public Future<VersionVector> edit(Consumer<? super Document> action) {
        return onGateway(() -> session.edit(document -> {
                    action.accept(document);
                    return null;
                })
                .compose(done -> session.read(Document::versionVector)));
    }

    /**
     * Takes in changes that were made elsewhere, such as those of an export; known ones are skipped.
     *
     * @return how many were new, once they are durable. Fails with {@link EditRefusedException} if not all can be taken:
     *     none was if they lack others or make no sense, the first of them may have been if the document may not grow so
     *     far. Trying again repeats nothing
     */
    public Future<Integer> importChanges(Collection<Change> changes) {
        return onGateway(() -> session.importChanges(changes));
    }

    /**
     * Who shows presence in the document now, on any node, by client id. Sessions inside nodes are not seen there.
     *
     * @return empty if the server has no presence
     */
    public Future<Map<String, ClientAwareness>> presence() {
        return onGateway(session::presence);
    }

    /**
     * Calls a listener after every change, whoever made it, with the document as it is then.
     *
     * @return ends the calls
     */
    public Runnable onChange(Consumer<? super Document> listener) {
        Runnable registered = () -> session.read(document -> {
            listener.accept(document);
            return null;
        });
        gateway.run(() -> session.listen(registered));
        return () -> gateway.run(() -> session.ignore(registered));
    }

    /** Whether it can be used: neither closed nor lost, as when the document was deleted. */
    public boolean isOpen() {
        return !session.isOver();
    }

    /** Lets go of the document here. Edits that are not durable yet may still become so. */
    public Future<Void> close() {
        if (!isClosed.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return onGateway(() -> {
            closed.accept(this);
            session.over(null);
            return Future.<Void>succeededFuture();
        });
    }

    LocalSession session() {
        return session;
    }

    private <T> Future<T> onGateway(Supplier<Future<T>> action) {
        Context caller = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        gateway.run(() -> {
            Future<T> future;
            try {
                future = action.get();
            } catch (RuntimeException e) {
                future = Future.failedFuture(e);
            }
            future.onComplete(done -> caller.runOnContext(run -> promise.handle(done)));
        });
        return promise.future();
    }
}
