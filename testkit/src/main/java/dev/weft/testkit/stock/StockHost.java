package dev.weft.testkit.stock;

import dev.weft.protocol.message.Message;
import java.util.function.Consumer;

/** Where a stock client runs. All calls and callbacks happen on one thread. */
public interface StockHost {
    /** A connection that is open. The host hands what arrives on it to {@link StockClient#received}. */
    interface Socket {
        void send(Message message);

        /** Closes it with code 1000; nothing of it is heard any more. */
        void letGo();
    }

    long nowMillis();

    void after(long millis, Runnable action);

    /** A random number of milliseconds, at most this one. */
    long jitter(long millis);

    void open(Consumer<Socket> opened, Runnable failed);
}
