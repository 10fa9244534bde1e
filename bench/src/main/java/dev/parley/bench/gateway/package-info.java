/// `parley bench gateway`: what a gateway to language models adds to the time of an answer, what it
/// takes for that, and what it makes of those who leave and of providers that fail.
@NullMarked
package dev.parley.bench.gateway;

import org.jspecify.annotations.NullMarked;
