package dev.parley.models;

import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Turn;
import org.jspecify.annotations.Nullable;

/// About how much memory a prompt takes while it is answered. Pure functions.
final class PromptBytes {
  /// Of an object beside its texts, those of the protocol's message that it was read from included.
  private static final int OBJECT_BYTES = 128;

  private PromptBytes() {}

  /// Of all of it. A character counts as a byte.
  static long of(Prompt prompt) {
    long bytes = of(prompt.model(), prompt.toolChoice().name());
    for (Turn turn : prompt.turns()) {
      bytes += OBJECT_BYTES;
      for (Part part : turn.parts()) {
        bytes += of(part);
      }
    }
    for (Prompt.Tool tool : prompt.tools()) {
      bytes += of(tool.name(), tool.description(), tool.parameters());
    }
    for (String stop : prompt.sampling().stop()) {
      bytes += of(stop);
    }
    if (prompt.output() instanceof OutputFormat.Schema schema) {
      bytes += of(schema.name(), schema.schema());
    }
    return bytes;
  }

  private static long of(Part part) {
    return switch (part) {
      case Part.Text text -> of(text.text());
      case Part.Reasoning thought -> of(thought.text(), thought.signature());
      case Part.ToolCall call -> of(call.id(), call.name(), call.arguments());
      case Part.ToolResult result -> of(result.callId(), result.name(), result.content());
      case Part.Image image -> of(image.mediaType()) + image.bytes().length;
      case Part.ImageLink link -> of(link.url());
    };
  }

  private static long of(@Nullable String... texts) {
    long bytes = OBJECT_BYTES;
    for (String text : texts) {
      bytes += text == null ? 0 : text.length();
    }
    return bytes;
  }
}
