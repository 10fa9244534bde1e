package dev.parley.models.http;

import dev.parley.core.limit.Limits;
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

  /// And so many in all.
  private static final int MAX_STREAMS = 100;

  /// Characters of a piece: what the provider says at once may be more than a caller's message
  /// takes.
  private static final int MAX_PIECE_CHARS = 64 << 10;

  /// Characters of what names an answer, its model or a call.
  private static final int MAX_NAME_CHARS = 4 << 10;

  /// Calls that one answer may ask for.
  private static final int MAX_CALLS = 1_024;

  private final AnswerReader reader;
  private final WholeCharacters characters = new WholeCharacters();
  private SseParser parser = new SseParser();
  private String lastId = "";

  /// The first id that an event had; empty: none.
  private String firstId = "";

  /// Where the stream that is being read was asked to go on; empty: it is the first, or there was
  /// no id.
  private String resumedAfter = "";

  /// The newest id of the stream that is being read.
  private String idHere = "";

  /// Whether the stream begins anew instead of going on, and has not come there yet.
  private boolean repeating;

  /// Whether any event has been read at all.
  private boolean read;

  private int streams;

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
    checkLength(event.lastId().length());
    if (isRepeated(event.lastId())) {
      return;
    }
    if (!event.lastId().isEmpty()) {
      lastId = event.lastId();
      firstId = firstId.isEmpty() ? lastId : firstId;
    }
    reader.read(event, piece -> tell(piece, out));
  }

  /// Whether an event has been read from a former stream: a provider may begin anew, or with the
  /// event that it was asked to go on after.
  private boolean isRepeated(String id) {
    boolean own = !id.equals(idHere); // else it may be of an event before
    idHere = id;
    if (resumedAfter.isEmpty()) {
      return false;
    }
    if (own && id.equals(resumedAfter)) {
      repeating = false;
      return true;
    }
    repeating |= own && id.equals(firstId);
    return repeating;
  }

  /// What follows is another stream; an event that the former one did not end comes again.
  void anotherStream() {
    parser = new SseParser();
    resumedAfter = lastId;
    idHere = "";
    repeating = false;
    streams++;
  }

  /// Whether a stream that ended is worth being asked for again. Not if all would come again: there
  /// were events, but none had an id.
  boolean isResumable() {
    fruitless = lastId.equals(resumedAfter) ? fruitless + 1 : 0;
    return !finished
        && streams < MAX_STREAMS
        && fruitless < MAX_FRUITLESS
        && (!read || !lastId.isEmpty());
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
    checkNames(event);
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
    pass(event, out);
  }

  private void pass(ModelEvent event, Consumer<ModelEvent> out) {
    ModelEvent rest = event;
    while (Pieces.text(rest).length() > MAX_PIECE_CHARS) {
      String text = Pieces.text(rest);
      characters.pass(Pieces.beginning(rest, text.substring(0, MAX_PIECE_CHARS)), out);
      rest = Pieces.with(Pieces.nameless(rest), text.substring(MAX_PIECE_CHARS));
    }
    characters.pass(rest, out);
  }

  private static void checkNames(ModelEvent event) {
    int longest =
        switch (event) {
          case ModelEvent.Started begun -> Math.max(begun.id().length(), begun.model().length());
          case ModelEvent.ToolCall call -> Math.max(call.id().length(), call.name().length());
          case ModelEvent.Finished finished -> finished.providerReason().length();
          default -> 0;
        };
    checkLength(longest);
  }

  private static void checkLength(int chars) {
    if (chars > MAX_NAME_CHARS) {
      throw new ModelException(
          ModelException.Kind.MALFORMED,
          "an id or a name in the answer has %d characters (expected: at most %d)"
              .formatted(chars, MAX_NAME_CHARS));
    }
  }

  /// About how many bytes of memory that takes which has come and is still to be told.
  long heldBytes() {
    return parser.heldBytes() + Limits.BYTES_PER_CHAR * reader.heldChars();
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
