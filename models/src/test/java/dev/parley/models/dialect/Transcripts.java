package dev.parley.models.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.models.sse.ServerSentEvent;
import dev.parley.models.sse.SseParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Streams of providers, written down. The last event may lack the empty line after it.
final class Transcripts {
  /// What came of a stream.
  ///
  /// @param failure null: it came to its end
  private record Told(List<ModelEvent> events, @Nullable ModelException failure) {
    /// The same, to be compared.
    private List<Object> all() {
      return failure == null
          ? List.of(events)
          : List.of(events, failure.kind(), String.valueOf(failure.getMessage()));
    }
  }

  private Transcripts() {}

  private static byte[] bytes(String transcript) {
    return (transcript + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  static List<ServerSentEvent> events(String transcript) {
    List<ServerSentEvent> events = new ArrayList<>();
    byte[] bytes = bytes(transcript);
    new SseParser().feed(bytes, 0, bytes.length, events::add);
    return events;
  }

  /// Has a stream read to its end: at once, cut in two at each byte, and byte by byte, which must
  /// all come to the same.
  ///
  /// @param told gets the events of the answer
  static void read(String transcript, Dialect dialect, List<ModelEvent> told) {
    byte[] bytes = bytes(transcript);
    Told whole = told(bytes, dialect, bytes.length, bytes.length);
    assertThat(told(bytes, dialect, 1, 1).all()).as("byte by byte").isEqualTo(whole.all());
    for (int cut = 1; cut < bytes.length; cut++) {
      assertThat(told(bytes, dialect, cut, bytes.length).all())
          .as("cut after %d bytes", cut)
          .isEqualTo(whole.all());
    }
    told.addAll(whole.events);
    if (whole.failure != null) {
      throw whole.failure;
    }
  }

  /// @param first length of the first chunk, in bytes
  /// @param others length of the others; the last one may be shorter
  private static Told told(byte[] bytes, Dialect dialect, int first, int others) {
    AnswerReader reader = dialect.reader();
    SseParser parser = new SseParser();
    List<ModelEvent> events = new ArrayList<>();
    try {
      int end = first;
      for (int from = 0; from < bytes.length; from = end, end += others) {
        int length = Math.min(end, bytes.length) - from;
        parser.feed(bytes, from, length, event -> reader.read(event, events::add));
      }
      reader.end(events::add);
      return new Told(events, null);
    } catch (ModelException e) {
      return new Told(events, e);
    }
  }
}
