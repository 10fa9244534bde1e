package dev.parley.bench.gateway;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the server-sent events of one chat completion, each of them in one `data:` line, as every
/// server of that protocol writes them. Owned by one thread.
final class CompletionReader {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String DATA = "data:";
  private static final int MAX_LINE_BYTES = 1 << 20;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean finished;
  private @Nullable Told wrong;

  /// Reads a chunk.
  ///
  /// @param text told of each piece of the answer's text
  void read(ByteBuf bytes, Consumer<String> text) {
    while (bytes.isReadable() && wrong == null) {
      int length = bytes.bytesBefore((byte) '\n');
      int take = length < 0 ? bytes.readableBytes() : length;
      if (line.size() + take > MAX_LINE_BYTES) {
        wrong =
            new Told(Told.Kind.GARBLED, "a line of more than %d bytes".formatted(MAX_LINE_BYTES));
        return;
      }
      byte[] part = new byte[take];
      bytes.readBytes(part);
      line.writeBytes(part);
      if (length >= 0) {
        bytes.skipBytes(1);
        String whole = line.toString(StandardCharsets.UTF_8).stripTrailing();
        line.reset();
        if (whole.startsWith(DATA)) {
          event(whole.substring(DATA.length()).strip(), text);
        }
      }
    }
  }

  private void event(String data, Consumer<String> text) {
    if (data.equals("[DONE]")) {
      finished = true;
      return;
    }
    JsonNode chunk;
    try {
      chunk = MAPPER.readTree(data);
    } catch (JacksonException e) {
      wrong = new Told(Told.Kind.GARBLED, "an event that is no JSON: " + data);
      return;
    }
    JsonNode error = chunk.path("error");
    if (!error.isMissingNode() && !error.isNull()) {
      wrong = new Told(Told.Kind.ERROR, error.path("message").asString(error.toString()));
      return;
    }
    for (JsonNode choice : chunk.path("choices")) {
      String content = choice.path("delta").path("content").asString("");
      if (!content.isEmpty()) {
        text.accept(content);
      }
      finished |= !choice.path("finish_reason").asString("").isEmpty();
    }
  }

  /// What the answer came to, when nothing more will come.
  ///
  /// @param otherwise in words, if nothing was said of an end
  Told told(String otherwise) {
    Told found = wrong;
    if (found != null) {
      return found;
    }
    return finished ? new Told(Told.Kind.COMPLETE, "") : new Told(Told.Kind.CUT, otherwise);
  }
}
