package dev.weft.chaos.fault;

/** What a fault is to be made in. Faults of one layout share a cluster. */
public enum Layout {
    /** Three nodes; where they run does not matter. */
    THREE_NODES,
    /** Three nodes, each in a network namespace. */
    THREE_HOSTS,
    /** Three nodes that reach each other through proxies of ours, one of them with a clock of ours. */
    THREE_INSTRUMENTED,
    /** One node with the embedded store, in a folder that can be filled or closed. */
    ONE_NODE
}
