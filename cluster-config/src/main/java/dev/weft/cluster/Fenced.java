package dev.weft.cluster;

/**
 * A replicated value that says which ownership it stands for. When two halves of a cluster meet again, the higher epoch
 * stays; the claim id only makes the choice between equal epochs the same on every node.
 */
public interface Fenced {
    long epoch();

    String claimId();

    /** Whether this value stays when both are present. Total: of two different values exactly one outranks the other. */
    default boolean outranks(Fenced other) {
        return epoch() != other.epoch() ? epoch() > other.epoch() : claimId().compareTo(other.claimId()) > 0;
    }
}
