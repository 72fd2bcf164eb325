/**
 * A cluster under clients that come and go, and what is left of it when they are gone. Read {@link dev.weft.bench.soak.Soak}
 * first. Servers and clients share one JVM, so that what they leave behind can be counted.
 */
package dev.weft.bench.soak;
