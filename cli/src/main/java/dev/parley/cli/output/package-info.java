/// What the commands share when they print: text of others made harmless, JSON lines, progress.
@NullMarked
package dev.parley.cli.output;

import org.jspecify.annotations.NullMarked;
