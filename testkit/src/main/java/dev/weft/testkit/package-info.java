/**
 * What integration tests and the fault suite need besides Weft itself: {@link dev.weft.testkit.PostgresServer}, a real
 * database without installing one. Nothing that runs in production knows it.
 */
package dev.weft.testkit;
