/// What several benchmarks share. A benchmark itself is in the package of what it measures, so that
/// it reaches what is private there; it is in no jar all the same.
@NullMarked
package dev.parley.jmh;

import org.jspecify.annotations.NullMarked;
