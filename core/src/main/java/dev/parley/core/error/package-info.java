/// What is refused, why, and what the client does next: the whole of it, in one enum.
@NullMarked
package dev.parley.core.error;

import org.jspecify.annotations.NullMarked;
