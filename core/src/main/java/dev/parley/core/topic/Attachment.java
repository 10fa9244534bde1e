package dev.parley.core.topic;

import dev.parley.core.error.Refusal;
import dev.parley.core.user.Present;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of the wish to listen to a topic.
public sealed interface Attachment {
  /// The subscription has begun. What the outlet was handed for the topic before this belongs to
  /// others; what comes after continues at `lastSequence + 1`.
  ///
  /// @param lastSequence end of the journal; all of it is durable
  /// @param epoch of the journal
  /// @param tail the topic's newest entries, for catching up
  /// @param state the topic's state
  /// @param online how many users listen, this one included
  /// @param users some of them, by id, this one included
  /// @param member the user's membership; null: none
  record Begun(
      long lastSequence,
      long epoch,
      Tail tail,
      Object state,
      int online,
      List<Present> users,
      @Nullable Member member)
      implements Attachment {}

  /// There is no subscription.
  record Refused(Refusal refusal) implements Attachment {}
}
