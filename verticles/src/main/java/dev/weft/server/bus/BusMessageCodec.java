package dev.weft.server.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Carries one kind of bus message over the Vert.x event bus; within a node by reference, since all are immutable. */
public final class BusMessageCodec<T extends BusMessage> implements MessageCodec<T, T> {
    private static final List<Class<? extends BusMessage>> TYPES = Stream.concat(
                    messagesOf(OwnerMessage.class), messagesOf(LinkMessage.class))
            .toList();

    private final Class<T> type;

    private BusMessageCodec(Class<T> type) {
        this.type = type;
    }

    /** Makes every bus message sendable. Call once per Vert.x instance and {@link #unregisterAll} when done. */
    public static void registerAll(EventBus bus) {
        TYPES.forEach(type -> register(bus, type));
    }

    public static void unregisterAll(EventBus bus) {
        TYPES.forEach(bus::unregisterDefaultCodec);
    }

    private static Stream<Class<? extends BusMessage>> messagesOf(Class<? extends BusMessage> family) {
        return Arrays.stream(family.getPermittedSubclasses()).map(type -> type.asSubclass(BusMessage.class));
    }

    static List<Class<? extends BusMessage>> types() {
        return TYPES;
    }

    private static <T extends BusMessage> void register(EventBus bus, Class<T> type) {
        bus.registerDefaultCodec(type, new BusMessageCodec<>(type));
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        byte[] bytes = BusCodec.encode(message);
        buffer.appendInt(bytes.length).appendBytes(bytes);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        int length = buffer.getInt(position);
        int start = position + Integer.BYTES;
        return type.cast(BusCodec.decode(buffer.getBytes(start, start + length)));
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return "weft." + type.getSimpleName();
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
