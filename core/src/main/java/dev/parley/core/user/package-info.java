/// Users as others see them.
@NullMarked
package dev.parley.core.user;

import org.jspecify.annotations.NullMarked;
