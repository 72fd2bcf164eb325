/**
 * Storage engines measured against each other for the embedded store, all doing the same work. Start with {@code EngineBench};
 * the outcome is docs/decisions/0006-embedded-store.md.
 */
package dev.weft.bench.engine;
