/// A provider of language models that says what it is told to, when it is told to, and keeps a
/// journal of it: what is measured and disturbed behind a gateway.
@NullMarked
package dev.parley.bench.provider;

import org.jspecify.annotations.NullMarked;
