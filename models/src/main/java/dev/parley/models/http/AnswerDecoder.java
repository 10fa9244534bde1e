package dev.parley.models.http;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.models.dialect.AnswerReader;
import dev.parley.models.sse.ServerSentEvent;
import dev.parley.models.sse.SseParser;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Bytes to events of an answer, be it in one stream or in several that follow each other. For one
/// thread at a time.
final class AnswerDecoder {
  /// So many streams one after the other that bring nothing are enough.
  private static final int MAX_FRUITLESS = 3;

  /// Calls that one answer may ask for.
  private static final int MAX_CALLS = 1_024;

  private final AnswerReader reader;
  private final WholeCharacters characters = new WholeCharacters();
  private SseParser parser = new SseParser();
  private String lastId = "";

  /// Whether any event has been read at all, and from the stream that is being read.
  private boolean read;

  private boolean readHere;

  /// How many streams before this one brought nothing, one after the other.
  private int fruitless;

  /// That the answer has begun, to be told with its first piece.
  private @Nullable ModelEvent started;

  private int pieces;
  private boolean finished;

  AnswerDecoder(AnswerReader reader) {
    this.reader = reader;
  }

  void feed(byte[] chunk, Consumer<ModelEvent> out) {
    parser.feed(chunk, 0, chunk.length, event -> read(event, out));
  }

  private void read(ServerSentEvent event, Consumer<ModelEvent> out) {
    read = true;
    readHere = true;
    if (!event.lastId().isEmpty()) {
      lastId = event.lastId();
    }
    reader.read(event, piece -> tell(piece, out));
  }

  /// What follows is another stream; an event that the former one did not end comes again.
  void anotherStream() {
    parser = new SseParser();
    readHere = false;
  }

  /// Whether a stream that ended is worth being asked for again. Not if all would come again: there
  /// were events, but none had an id.
  boolean isResumable() {
    fruitless = readHere ? 0 : fruitless + 1;
    return !finished && fruitless < MAX_FRUITLESS && (!read || !lastId.isEmpty());
  }

  void end(Consumer<ModelEvent> out) {
    if (!finished) {
      reader.end(piece -> tell(piece, out));
    }
  }

  private void tell(ModelEvent event, Consumer<ModelEvent> out) {
    if (event instanceof ModelEvent.ToolCall call && call.index() >= MAX_CALLS) {
      throw new ModelException(
          ModelException.Kind.MALFORMED,
          "the answer asks for more than %d calls (expected: at most that)".formatted(MAX_CALLS));
    }
    if (event instanceof ModelEvent.Started) {
      started = event;
      return;
    }
    if (started != null) {
      out.accept(started);
      started = null;
    }
    pieces++;
    finished |= event instanceof ModelEvent.Finished;
    characters.pass(event, out);
  }

  /// The newest id that an event had; empty: none.
  String lastId() {
    return lastId;
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
