package dev.parley.core.model;

import java.util.concurrent.Flow;

/// A language model. Thread-safe.
public interface Model {
  /// The answer to a prompt. Nothing is asked until somebody subscribes, and each subscriber has
  /// the prompt asked anew. Events come in the order [ModelEvent] states, no more than were
  /// requested; a subscriber that requests nothing makes the provider wait. Cancelling ends the
  /// work at the provider. An answer that did not come to its end is told with a [ModelException],
  /// after whatever came of it.
  Flow.Publisher<ModelEvent> answer(Prompt prompt);
}
