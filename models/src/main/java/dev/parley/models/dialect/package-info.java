/// The protocols of providers: what is asked and answered, as pure functions from and to bytes.
@NullMarked
package dev.parley.models.dialect;

import org.jspecify.annotations.NullMarked;
