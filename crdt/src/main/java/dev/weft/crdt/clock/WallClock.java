package dev.weft.crdt.clock;

/** Physical time, in milliseconds since the Unix epoch. Injected, so that tests and simulations decide it. */
@FunctionalInterface
public interface WallClock {
    WallClock SYSTEM = System::currentTimeMillis;

    long millis();
}
