package dev.weft.cluster;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Encryption of the event bus, with certificates of a private authority that no public one is trusted beside. Both sides
 * of a connection show theirs. Hazelcast's own connections are not covered: open-source Hazelcast cannot encrypt them.
 *
 * @param authority certificate of the authority that signs the nodes' certificates, as PEM
 * @param certificate of this node, as PEM
 * @param key private key of this node, as PEM
 */
public record BusTls(Path authority, Path certificate, Path key) {
    public BusTls {
        Objects.requireNonNull(authority, "authority");
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
    }
}
