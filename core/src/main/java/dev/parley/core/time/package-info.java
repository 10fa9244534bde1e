/// Time as an argument: nothing below the process's entry point reads a clock of its own.
@NullMarked
package dev.parley.core.time;

import org.jspecify.annotations.NullMarked;
