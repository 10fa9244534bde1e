package dev.parley.server.model;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelException;
import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Started;
import dev.parley.model.v1.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An answer that is put together from its pieces. For one thread at a time.
public final class WholeAnswer {
  /// Bytes of a whole answer; a model that says more is ended. Clients of gRPC take 4 MiB at once,
  /// unless they are told otherwise.
  public static final int MAX_BYTES = 3 << 20;

  /// Bytes of a field's number and length, where the field has less than 2 MiB.
  private static final int MAX_FIELD_BYTES = 4;

  /// Characters that a call's arguments are made of, beside what names it.
  private record Call(ToolCall first, StringBuilder arguments) {}

  /// How often what has come is there: as it is gathered, and as it is told.
  private static final long COPIES = 2;

  /// Of a stretch of thoughts or a call, beside its text.
  private static final int OBJECT_BYTES = 256;

  private final MemoryBudget.Share held;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final StringBuilder thoughts = new StringBuilder();
  private final List<Reasoning> reasoning = new ArrayList<>();
  private final Map<Integer, Call> calls = new TreeMap<>();
  private long length;
  private Started started = Started.getDefaultInstance();
  private @Nullable Finished finished;

  /// An answer that nothing has come of.
  ///
  /// @param held what it takes; to be closed by whoever gives the answer, once it is taken
  public WholeAnswer(MemoryBudget.Share held) {
    this.held = held;
  }

  /// Adds a piece.
  ///
  /// @throws ModelException `BUSY`, if there is no room for it
  public void add(ChatResponse piece) {
    int more = piece.getSerializedSize();
    int objects = reasoning.size() + calls.size();
    if (!held.resize(COPIES * (length + more) + (long) OBJECT_BYTES * objects)) {
      throw new ModelException(
          ModelException.Kind.BUSY,
          "the answer does not fit into the memory that is left for answers (expected: the same"
              + " again later, or as a stream)");
    }
    length += more;
    switch (piece.getEventCase()) {
      case STARTED -> begin(piece.getStarted());
      case TEXT -> text.append(piece.getText());
      case REASONING -> think(piece.getReasoning());
      case REFUSAL -> refusal.append(piece.getRefusal());
      case TOOL_CALL ->
          calls
              .computeIfAbsent(
                  piece.getToolCall().getIndex(),
                  _ -> new Call(piece.getToolCall(), new StringBuilder()))
              .arguments
              .append(piece.getToolCall().getArguments());
      case FINISHED -> finished = piece.getFinished();
      case ERROR, ANSWER, DRAIN, EVENT_NOT_SET ->
          throw new IllegalArgumentException("no piece: " + piece);
    }
  }

  /// One that has begun before is given up: another model answers.
  private void begin(Started anew) {
    started = anew;
    text.setLength(0);
    refusal.setLength(0);
    thoughts.setLength(0);
    reasoning.clear();
    calls.clear();
    length = 0;
    held.resize(0);
  }

  /// A signature closes a stretch of thoughts.
  private void think(Reasoning piece) {
    thoughts.append(piece.getText());
    if (!piece.getSignature().isEmpty()) {
      closeThoughts(piece.getSignature());
    }
  }

  private void closeThoughts(String signature) {
    reasoning.add(
        Reasoning.newBuilder().setText(thoughts.toString()).setSignature(signature).build());
    thoughts.setLength(0);
  }

  /// How long it is by now: the bytes of all pieces.
  public long length() {
    return length;
  }

  /// All of it.
  public Answer build() {
    if (!thoughts.isEmpty()) {
      closeThoughts("");
    }
    Answer.Builder answer =
        Answer.newBuilder()
            .setStarted(started)
            .setText(text.toString())
            .addAllReasoning(reasoning)
            .setRefusal(refusal.toString());
    if (finished != null) {
      answer.setFinished(finished);
    }
    for (Call call : calls.values()) {
      answer.addToolCalls(call.first.toBuilder().setArguments(call.arguments.toString()));
    }
    return answer.build();
  }

  /// All of it if it fits, or else who gave it and the beginning of its text.
  ///
  /// @param maxBytes of the message
  Answer build(int maxBytes) {
    if (length <= maxBytes) {
      Answer all = build();
      if (all.getSerializedSize() <= maxBytes) {
        return all;
      }
    }
    Answer.Builder part =
        Answer.newBuilder()
            .setStarted(Started.newBuilder().setRoute(started.getRoute()))
            .setTruncated(true);
    int room = maxBytes - part.build().getSerializedSize() - MAX_FIELD_BYTES;
    return part.setText(beginning(text, room)).build();
  }

  /// As many whole characters of a text as fit into so many bytes of UTF-8.
  static String beginning(CharSequence text, int maxBytes) {
    int bytes = 0;
    int end = 0;
    while (end < text.length()) {
      int character = Character.codePointAt(text, end);
      bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
      if (bytes > maxBytes) {
        break;
      }
      end += Character.charCount(character);
    }
    return text.subSequence(0, end).toString();
  }
}
