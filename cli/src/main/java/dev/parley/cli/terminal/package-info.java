/// What every conversation at a terminal needs: reading lines while others are shown, and one
/// thread that owns what is known. Knows no kind of conversation.
@NullMarked
package dev.parley.cli.terminal;

import org.jspecify.annotations.NullMarked;
