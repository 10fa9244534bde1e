/// What happens in rooms, as lines for people. Pure: no terminal, clock or connection in here.
///
/// Everything that others wrote passes through [dev.parley.cli.output.PlainText] on its way.
@NullMarked
package dev.parley.cli.render;

import org.jspecify.annotations.NullMarked;
