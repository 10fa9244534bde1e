package dev.parley.core.topic;

import dev.parley.core.error.Refusal;

/// What became of a command.
public sealed interface Outcome {
  /// It is done, and durable.
  ///
  /// @param sequence of the last entry that it brought; of the first time if repeated; 0 if it
  ///     brought none
  /// @param atMicros server time of the decision, microseconds since 1970 UTC
  /// @param repeated whether it was done before
  record Done(long sequence, long atMicros, boolean repeated) implements Outcome {}

  /// Nothing of it happened.
  record Refused(Refusal refusal) implements Outcome {}
}
