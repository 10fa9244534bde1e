/// A result in words and as JSON.
@NullMarked
package dev.parley.bench.report;

import org.jspecify.annotations.NullMarked;
