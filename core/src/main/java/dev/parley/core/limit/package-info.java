/// Every bound of the system, in one place.
@NullMarked
package dev.parley.core.limit;

import org.jspecify.annotations.NullMarked;
