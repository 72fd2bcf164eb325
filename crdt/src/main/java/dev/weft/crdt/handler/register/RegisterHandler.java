package dev.weft.crdt.handler.register;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;

/** One value; the last write wins (spec crdt 15.4). */
public final class RegisterHandler<T> extends Handler<RegisterState<T>, RegisterOperation<T>> {

    /** Meets {@code CRDTRegisterHandler<name>} of a Dart peer. */
    public RegisterHandler(HandlerHost host, String id, DartType<T> content) {
        this(host, id, HandlerTags.register(content.name()), content.codec());
    }

    /** @param type the tag, equal on all peers */
    public RegisterHandler(HandlerHost host, String id, String type, ValueCodec<T> codec) {
        super(host, id, type, new RegisterType<>(codec));
    }

    /** Null if it was never set, or set to null. */
    @Override
    public T value() {
        return state().get();
    }

    /** @throws IllegalArgumentException if the codec cannot encode the value */
    public void set(T value) {
        submit(new RegisterOperation<>(value));
    }
}
