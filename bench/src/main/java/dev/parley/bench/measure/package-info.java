/// What is measured: latencies, counts, processor time and memory.
@NullMarked
package dev.parley.bench.measure;

import org.jspecify.annotations.NullMarked;
