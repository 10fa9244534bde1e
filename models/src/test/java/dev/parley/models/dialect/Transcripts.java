package dev.parley.models.dialect;

import dev.parley.core.model.ModelEvent;
import dev.parley.models.sse.ServerSentEvent;
import dev.parley.models.sse.SseParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Streams of providers, written down. The last event may lack the empty line after it.
final class Transcripts {
  private Transcripts() {}

  static List<ServerSentEvent> events(String transcript) {
    List<ServerSentEvent> events = new ArrayList<>();
    byte[] bytes = (transcript + "\n\n").getBytes(StandardCharsets.UTF_8);
    new SseParser().feed(bytes, 0, bytes.length, events::add);
    return events;
  }

  /// Has a stream read to its end.
  ///
  /// @param told gets the events of the answer
  static void read(String transcript, Dialect dialect, List<ModelEvent> told) {
    AnswerReader reader = dialect.reader();
    events(transcript).forEach(event -> reader.read(event, told::add));
    reader.end(told::add);
  }
}
