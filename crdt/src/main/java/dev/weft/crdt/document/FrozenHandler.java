package dev.weft.crdt.document;

import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerSlot;
import dev.weft.crdt.handler.Operation;

/** A handler of a history session: its state is that of the cursor. */
final class FrozenHandler<S, O extends Operation> implements HandlerSlot<S, O> {
    private final HistorySession session;
    private final Handler<S, O> handler;
    private final DataType<S, O> type;
    private Replay<S, O> replay;

    FrozenHandler(HistorySession session, Handler<S, O> handler, DataType<S, O> type) {
        this.session = session;
        this.handler = handler;
        this.type = type;
    }

    Handler<S, O> handler() {
        return handler;
    }

    @Override
    public S state() {
        // Forward is one step per change; there is no way back but to start over.
        if (replay == null || !replay.advance(session::isVisible)) {
            replay = session.replay(new HandlerName(handler.type(), handler.id()), type);
            replay.advance(session::isVisible);
        }
        return replay.state();
    }

    @Override
    public void submit(O operation) {
        throw new ReadOnlyDocumentException("registerOperation");
    }

    @Override
    public HybridTimestamp prepareMutation() {
        throw new ReadOnlyDocumentException("prepareMutation");
    }

    @Override
    public long revision() {
        return session.changeCountOf(handler.id());
    }

    @Override
    public void invalidate() {
        replay = null;
    }
}
