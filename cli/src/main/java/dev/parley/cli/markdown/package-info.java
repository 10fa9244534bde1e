/// Markdown for terminals, rendered while it comes. Pure, but for what [MarkdownStream] remembers.
@NullMarked
package dev.parley.cli.markdown;

import org.jspecify.annotations.NullMarked;
