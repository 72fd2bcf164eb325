package dev.weft.crdt.id;

import java.security.SecureRandom;
import java.util.Random;
import java.util.UUID;

/** Where new identities come from. Injected, so that tests and simulations decide them. */
@FunctionalInterface
public interface IdSource {
    IdSource SECURE = new SecureRandom()::nextBytes;

    /** Fills the array with random bytes. */
    void fill(byte[] bytes);

    /** Ids that repeat with the seed. For tests and simulations only: whoever knows the seed knows the ids. */
    static IdSource seeded(long seed) {
        return new Random(seed)::nextBytes;
    }

    /** A random UUID of version 4. */
    default UUID nextUuid() {
        byte[] bytes = new byte[16];
        fill(bytes);
        long high = 0;
        long low = 0;
        for (int i = 0; i < 8; i++) {
            high = high << 8 | bytes[i] & 0xff;
            low = low << 8 | bytes[i + 8] & 0xff;
        }
        return new UUID(high & ~0xf000L | 0x4000L, low & ~(3L << 62) | 1L << 63);
    }

    default PeerId nextPeerId() {
        return PeerId.of(nextUuid());
    }
}
