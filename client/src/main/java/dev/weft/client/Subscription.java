package dev.weft.client;

/** Ends the delivery that it stands for. Ending it twice does no harm. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
