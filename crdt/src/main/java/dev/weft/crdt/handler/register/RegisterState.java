package dev.weft.crdt.handler.register;

/** What a register holds now; null is both unset and set to null (spec crdt 15.4). Not thread-safe. */
public final class RegisterState<V> {
    private V value;

    RegisterState(V value) {
        this.value = value;
    }

    V get() {
        return value;
    }

    void set(V newValue) {
        value = newValue;
    }
}
