package dev.weft.server.limits;

/** What all documents of a node share: how often limits were met, and how much memory they take up. */
public record NodeLimits(LimitCounters counters, ResidentBytes resident) {}
