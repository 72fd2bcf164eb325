/**
 * Measures the other modules: benchmarks whose names end in {@code Bench} run with {@code ./weft bench}, and
 * {@link dev.weft.bench.EditingTrace} reads the recorded editing sessions they work on. Nothing depends on this package.
 */
package dev.weft.bench;
