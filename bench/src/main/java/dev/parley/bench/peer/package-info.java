/// Other processes: servers, more generators, and what Parley is compared with.
@NullMarked
package dev.parley.bench.peer;

import org.jspecify.annotations.NullMarked;
