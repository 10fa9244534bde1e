package dev.parley.core.session;

import dev.parley.core.access.Caller;
import dev.parley.core.model.ModelEvent.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be asked of a session, by its user or by whoever asks the model for him. Values are
/// checked for form before, not for sense.
public sealed interface SessionCommand {
  /// What a user asks.
  sealed interface OfUser extends SessionCommand {
    /// Who asks.
    Caller by();
  }

  /// What comes of asking the model.
  sealed interface OfModel extends SessionCommand {}

  /// Makes the session.
  ///
  /// @param before what was said in another session, oldest first, to go on from
  record Create(Caller by, String title, String model, String systemPrompt, List<Exchange> before)
      implements OfUser {
    public Create {
      before = List.copyOf(before);
    }
  }

  /// Changes the session, from the next answer on; null: unchanged.
  record Update(
      Caller by, @Nullable String title, @Nullable String model, @Nullable String systemPrompt)
      implements OfUser {}

  /// Deletes the session.
  record Delete(Caller by) implements OfUser {}

  /// Listens to the session.
  record Watch(Caller by) implements OfUser {}

  /// Says something.
  ///
  /// @param key the user's own id of it; empty: it has none
  record Ask(Caller by, String key, String text) implements OfUser {}

  /// Wants another answer to the newest turn.
  ///
  /// @param key the user's own id of the wish; empty: it has none
  /// @param turn the turn's sequence, which must be the newest's; 0: whichever is
  record Again(Caller by, String key, long turn) implements OfUser {}

  /// Ends an answer.
  ///
  /// @param turn sequence of the turn that is answered, or waits for it; 0: the one whose answer is
  ///     under way
  record Stop(Caller by, long turn) implements OfUser {}

  /// Begins or ends typing.
  record Type(Caller by, boolean on) implements OfUser {}

  /// A model is about to be asked for the answer to the turn that is next.
  ///
  /// @param turn the turn's sequence
  /// @param model who is asked, as `PROVIDER/MODEL`
  /// @param contextMessages messages that the model is shown, the question included
  record Begin(long turn, String model, int contextMessages) implements OfModel {}

  /// What has come from the model since the last time.
  ///
  /// @param answer the answer's sequence
  /// @param text more of it; empty: nothing, but the model has begun
  /// @param end the end, after the text; null: it goes on
  record Tell(long answer, String text, @Nullable End end) implements OfModel {}

  /// How the model's answer ended.
  ///
  /// @param error what went wrong, in words; empty: nothing did
  /// @param reason as one word
  record End(Answer.Outcome outcome, Usage usage, long costNanos, String reason, String error) {}
}
