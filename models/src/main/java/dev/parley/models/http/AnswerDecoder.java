package dev.parley.models.http;

import dev.parley.core.model.ModelEvent;
import dev.parley.models.dialect.AnswerReader;
import dev.parley.models.sse.SseParser;
import java.util.function.Consumer;

/// Bytes to events of an answer. For one thread at a time.
final class AnswerDecoder {
  private final SseParser parser = new SseParser();
  private final AnswerReader reader;
  private int pieces;
  private boolean finished;

  AnswerDecoder(AnswerReader reader) {
    this.reader = reader;
  }

  void feed(byte[] chunk, Consumer<ModelEvent> out) {
    parser.feed(chunk, 0, chunk.length, event -> reader.read(event, piece -> tell(piece, out)));
  }

  void end(Consumer<ModelEvent> out) {
    if (!finished) {
      reader.end(piece -> tell(piece, out));
    }
  }

  private void tell(ModelEvent event, Consumer<ModelEvent> out) {
    if (!(event instanceof ModelEvent.Started)) {
      pieces++;
    }
    finished |= event instanceof ModelEvent.Finished;
    out.accept(event);
  }

  /// How many pieces of the answer there have been; that it began is none.
  int pieces() {
    return pieces;
  }

  /// Whether it has come to its proper end.
  boolean isFinished() {
    return finished;
  }
}
