package dev.parley.models.dialect;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.models.sse.ServerSentEvent;
import java.util.function.Consumer;

/// Turns the events of one provider's stream into those of an answer, in the order that
/// [ModelEvent] states. Has a state; for one thread.
public interface AnswerReader {
  /// Reads one event. After [ModelEvent.Finished] was told, all that comes is ignored.
  ///
  /// @param out told of what the event holds: nothing, or several things
  /// @throws ModelException if the provider tells of an error, or what it sends cannot be
  ///     understood
  void read(ServerSentEvent event, Consumer<ModelEvent> out);

  /// The stream has ended.
  ///
  /// @param out told of the end, where the protocol has no other sign of it
  /// @throws ModelException `CUT`, if that was not its proper end
  void end(Consumer<ModelEvent> out);

  /// About how many characters of what has come it keeps, because they are to be told later.
  default long heldChars() {
    return 0;
  }
}
