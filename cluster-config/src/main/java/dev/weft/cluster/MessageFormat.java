package dev.weft.cluster;

/**
 * Which messages a module sends to the same module on other nodes. Nodes of different formats would drop what they send each
 * other, so they are kept apart: a node that meets another format does not start. Found with {@link
 * java.util.ServiceLoader}; there is one at most.
 */
public interface MessageFormat {
    /** Raised when older nodes would not understand what newer ones send, and only then. */
    int number();
}
