package dev.parley.core.session;

import java.time.Instant;

/// What a session's journal holds.
public sealed interface SessionEntry {
  /// The session was made, changed or deleted.
  ///
  /// @param by id of the user who did
  /// @param about what it is from now on
  /// @param messages what user and model have said by now
  record Changed(String by, SessionState.About about, boolean deleted, int messages)
      implements SessionEntry {}

  /// The user has said something, which waits for its answer.
  ///
  /// @param by id of the user
  /// @param key the user's own id of it; empty: it has none
  record Asked(String by, String key, String text, Instant at) implements SessionEntry {}

  /// The user wants another answer to a turn, which waits for it.
  ///
  /// @param by id of the user
  /// @param key the user's own id of the wish; empty: it has none
  /// @param turn sequence of the turn
  record Again(String by, String key, long turn) implements SessionEntry {}

  /// A model is asked for the answer to a turn. The answer is known by this entry's sequence.
  ///
  /// @param turn sequence of the turn
  /// @param model who is asked, as `PROVIDER/MODEL`
  /// @param contextMessages messages that the model is shown, the question included
  record Begun(long turn, String model, int contextMessages, Instant at) implements SessionEntry {}

  /// The model begins to answer.
  record Started() implements SessionEntry {}

  /// More of the answer.
  ///
  /// @param number 1, 2, 3, … within the answer
  /// @param text never empty
  record Chunk(int number, String text, Instant at) implements SessionEntry {}

  /// The answer has ended.
  ///
  /// @param answer all of it
  /// @param messages what user and model have said in the session by now
  record Ended(Answer answer, int messages) implements SessionEntry {}
}
