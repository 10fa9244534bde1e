/// Whether everybody gets everything, once and in one order.
@NullMarked
package dev.parley.bench.check;

import org.jspecify.annotations.NullMarked;
