/// Every bound of the system in one place, and whether single values keep to theirs.
@NullMarked
package dev.parley.core.limit;

import org.jspecify.annotations.NullMarked;
