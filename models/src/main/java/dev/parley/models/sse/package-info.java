/// Server-sent events (WHATWG HTML, "Server-sent events").
@NullMarked
package dev.parley.models.sse;

import org.jspecify.annotations.NullMarked;
