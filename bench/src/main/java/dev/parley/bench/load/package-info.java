/// The clients that make the load, and the workloads that they are put into.
@NullMarked
package dev.parley.bench.load;

import org.jspecify.annotations.NullMarked;
