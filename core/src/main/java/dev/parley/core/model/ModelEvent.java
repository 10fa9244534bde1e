package dev.parley.core.model;

import org.jspecify.annotations.Nullable;

/// A piece of an answer. First `Started`, as soon as there is a piece; then the pieces in the order
/// of their making; last `Finished`. An answer without a last event ends with a [ModelException].
public sealed interface ModelEvent {
  /// The provider has begun.
  ///
  /// @param id the provider's id of the answer; empty: it has none
  /// @param model the model as the provider names it; empty: it did not say
  record Started(String id, String model) implements ModelEvent {}

  /// More of the answer's text; never empty.
  record Text(String text) implements ModelEvent {}

  /// More of the model's thoughts.
  ///
  /// @param signature given once, with the last piece: by which the provider knows them again
  record Reasoning(String text, @Nullable String signature) implements ModelEvent {}

  /// More of a refusal to answer; never empty.
  record Refused(String text) implements ModelEvent {}

  /// More of a call that the model asks for.
  ///
  /// @param index of the call within the answer, from 0
  /// @param id given once, with the first piece; empty afterwards
  /// @param name given once, with the first piece; empty afterwards
  /// @param arguments more of a JSON object's text; may be empty
  record ToolCall(int index, String id, String name, String arguments) implements ModelEvent {}

  /// The proper end.
  ///
  /// @param reason why it ends
  /// @param providerReason the same in the provider's word; empty: it did not say
  record Finished(StopReason reason, String providerReason, Usage usage) implements ModelEvent {}

  /// Why an answer ends.
  enum StopReason {
    /// The model had said everything, or came to a text that ends answers.
    STOP,
    /// The answer, or the conversation, is as long as is allowed.
    LENGTH,
    /// The model waits for results of tools.
    TOOL_CALLS,
    /// The provider keeps back the rest.
    CONTENT_FILTER,
    /// The model does not want to answer.
    REFUSAL,
    /// Something that only the provider's word tells.
    OTHER
  }

  /// Tokens that were used; -1 where the provider did not say.
  ///
  /// @param input of the prompt, the cached ones included
  /// @param output of the answer, the thoughts included
  /// @param cachedInput of the prompt, read from the provider's cache
  /// @param reasoning of the answer's thoughts
  record Usage(long input, long output, long cachedInput, long reasoning) {
    /// No answer takes more; who says so is not believed, so that sums stay sums.
    private static final long MAX_TOKENS = 1_000_000_000;

    public Usage {
      input = Math.clamp(input, -1, MAX_TOKENS);
      output = Math.clamp(output, -1, MAX_TOKENS);
      cachedInput = Math.clamp(cachedInput, -1, MAX_TOKENS);
      reasoning = Math.clamp(reasoning, -1, MAX_TOKENS);
    }

    /// Nothing is known.
    public static final Usage UNKNOWN = new Usage(-1, -1, -1, -1);
  }
}
