/// What is told but not remembered.
@NullMarked
package dev.parley.core.signal;

import org.jspecify.annotations.NullMarked;
