/**
 * The client library of the reference, unmodified, behaviour by behaviour from the specification (protocol 1.7, 5, 6.5, 8.3),
 * with all its oddities. {@link dev.weft.testkit.stock.StockClient} is the connection both modes share. Knows neither
 * sockets nor clocks: a {@link dev.weft.testkit.stock.StockHost} has them, real or simulated. Checked against recorded
 * sessions in {@code StockClientVectorsTest}.
 */
package dev.weft.testkit.stock;
