/// The way to providers: one HTTP client, and what an answer is on its way through it.
@NullMarked
package dev.parley.models.http;

import org.jspecify.annotations.NullMarked;
