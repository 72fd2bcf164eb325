package dev.weft.cluster;

/** A member as this node sees it now: {@code id} for machines, {@code name} for people. */
public record ClusterNode(String id, String name, String host, int port) {}
