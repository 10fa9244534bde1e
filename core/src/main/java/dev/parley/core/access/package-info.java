/// Who is calling, and what he may do: decided here and nowhere else.
@NullMarked
package dev.parley.core.access;

import org.jspecify.annotations.NullMarked;
