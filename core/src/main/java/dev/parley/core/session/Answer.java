package dev.parley.core.session;

import dev.parley.core.model.ModelEvent.Usage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An answer of a model, under way or ended.
///
/// @param sequence place of the entry that it began with, by which it is known; 0: it was stopped
///     before it began
/// @param turn place of the turn that it answers
/// @param model who is asked, as `PROVIDER/MODEL`
/// @param contextMessages messages that the model is shown, the question included
/// @param beganAt when it was begun to ask
/// @param started whether the model has begun to answer
/// @param chunks how many pieces have come
/// @param text what they come to
/// @param firstChunkAfter from the beginning to the first piece; null: none has come
/// @param end how it ended; null: it is under way
public record Answer(
    long sequence,
    long turn,
    String model,
    int contextMessages,
    Instant beganAt,
    boolean started,
    int chunks,
    GrowingText text,
    @Nullable Duration firstChunkAfter,
    @Nullable End end) {

  /// How an answer ended.
  ///
  /// @param outcome in which way
  /// @param took from the beginning to the end
  /// @param usage tokens that it took
  /// @param costNanos what it cost, in billionths of the unit of money; -1: nobody knows
  /// @param reason why the model ended it or why it failed, as one word; empty: nobody knows
  /// @param error what went wrong, in words; empty: nothing did
  public record End(
      Outcome outcome, Duration took, Usage usage, long costNanos, String reason, String error) {}

  /// In which way an answer ends.
  public enum Outcome {
    /// The model said all that it had to say.
    COMPLETE,
    /// Somebody stopped it.
    STOPPED,
    /// Whoever asked the model for it is gone.
    INTERRUPTED,
    /// The model could not be asked, or failed.
    FAILED
  }

  /// An answer that is about to begin.
  static Answer begun(long sequence, SessionEntry.Begun begun) {
    return new Answer(
        sequence,
        begun.turn(),
        begun.model(),
        begun.contextMessages(),
        begun.at(),
        false,
        0,
        GrowingText.EMPTY,
        null,
        null);
  }

  Answer begins() {
    return new Answer(
        sequence, turn, model, contextMessages, beganAt, true, chunks, text, firstChunkAfter, end);
  }

  Answer plus(SessionEntry.Chunk chunk) {
    return new Answer(
        sequence,
        turn,
        model,
        contextMessages,
        beganAt,
        started,
        chunk.number(),
        text.plus(chunk.text()),
        firstChunkAfter == null ? since(chunk.at()) : firstChunkAfter,
        end);
  }

  /// The same, ended as is told.
  public Answer ended(SessionCommand.End how, Instant now) {
    return ended(
        new End(
            how.outcome(), since(now), how.usage(), how.costNanos(), how.reason(), how.error()));
  }

  Answer ended(End how) {
    return new Answer(
        sequence,
        turn,
        model,
        contextMessages,
        beganAt,
        started,
        chunks,
        text,
        firstChunkAfter,
        how);
  }

  /// The same in another session, where it took nothing.
  ///
  /// @param place of its turn there
  Answer copiedTo(long place) {
    End how = end;
    return new Answer(
        0,
        place,
        model,
        contextMessages,
        beganAt,
        started,
        chunks,
        text,
        firstChunkAfter,
        how == null
            ? null
            : new End(how.outcome(), how.took(), Usage.UNKNOWN, -1, how.reason(), how.error()));
  }

  /// From the beginning to a moment; zero where the clock went back.
  Duration since(Instant now) {
    Duration passed = Duration.between(beganAt, now);
    return passed.isNegative() ? Duration.ZERO : passed;
  }
}
