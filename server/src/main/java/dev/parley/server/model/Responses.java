package dev.parley.server.model;

import com.google.protobuf.Duration;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelException;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Started;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.ToolCall;
import dev.parley.model.v1.Usage;
import dev.parley.models.Route;
import dev.parley.server.rpc.Refusals;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Answers as they go onto the wire. Pure functions.
final class Responses {
  private Responses() {}

  /// A piece of an answer, which is not its end.
  ///
  /// @param route which model answers
  static ChatResponse of(String requestId, ModelEvent event, Route route) {
    ChatResponse.Builder response = ChatResponse.newBuilder().setRequestId(requestId);
    switch (event) {
      case ModelEvent.Started started -> response.setStarted(started(started, route));
      case ModelEvent.Text text -> response.setText(text.text());
      case ModelEvent.Reasoning reasoning -> response.setReasoning(reasoning(reasoning));
      case ModelEvent.Refused refused -> response.setRefusal(refused.text());
      case ModelEvent.ToolCall call -> response.setToolCall(toolCall(call));
      case ModelEvent.Finished finished ->
          throw new IllegalArgumentException("an end: " + finished);
    }
    return response.build();
  }

  /// The proper end of an answer.
  ///
  /// @param firstTokenNanos from the question to the first piece
  /// @param costNanos what it cost; -1: nobody knows
  static ChatResponse of(
      String requestId, ModelEvent.Finished finished, long firstTokenNanos, long costNanos) {
    return ChatResponse.newBuilder()
        .setRequestId(requestId)
        .setFinished(finished(finished, firstTokenNanos, costNanos))
        .build();
  }

  /// The end of an answer that did not come to its proper one.
  ///
  /// @param route which model was asked last; null: none
  /// @param attempts how often models were asked
  static ChatResponse of(String requestId, ModelException e, @Nullable Route route, int attempts) {
    return ChatResponse.newBuilder()
        .setRequestId(requestId)
        .setError(error(kind(e), e, route).toBuilder().setAttempts(attempts))
        .build();
  }

  /// The end of an answer that nobody was asked for.
  static ChatResponse of(String requestId, ModelException e) {
    return of(requestId, e, null, 0);
  }

  /// As [#of(String, ModelException, Route, int)], of another kind than models know.
  static ChatResponse of(
      String requestId, ModelError.Kind kind, Throwable e, @Nullable Route route) {
    return ChatResponse.newBuilder()
        .setRequestId(requestId)
        .setError(error(kind, e, route))
        .build();
  }

  private static ModelError.Kind kind(ModelException e) {
    return ModelError.Kind.valueOf("KIND_" + e.kind().told());
  }

  static ModelError error(ModelException e) {
    return error(kind(e), e, null);
  }

  private static ModelError error(ModelError.Kind kind, Throwable e, @Nullable Route route) {
    ModelError.Builder error = ModelError.newBuilder().setKind(kind);
    String message = e.getMessage();
    if (message != null) {
      error.setMessage(message);
    }
    if (e instanceof ModelException model && model.retryAfter() != null) {
      error.setRetryAfter(Refusals.duration(model.retryAfter()));
    }
    if (route != null) {
      error.setRoute(route.toString());
    }
    return error.build();
  }

  private static Started started(ModelEvent.Started started, Route route) {
    return Started.newBuilder()
        .setId(started.id())
        .setModel(started.model())
        .setRoute(route.toString())
        .build();
  }

  private static Reasoning reasoning(ModelEvent.Reasoning reasoning) {
    Reasoning.Builder built = Reasoning.newBuilder().setText(reasoning.text());
    if (reasoning.signature() != null) {
      built.setSignature(reasoning.signature());
    }
    return built.build();
  }

  private static ToolCall toolCall(ModelEvent.ToolCall call) {
    return ToolCall.newBuilder()
        .setIndex(call.index())
        .setId(call.id())
        .setName(call.name())
        .setArguments(call.arguments())
        .build();
  }

  private static Finished finished(
      ModelEvent.Finished finished, long firstTokenNanos, long costNanos) {
    Usage.Builder usage = Usage.newBuilder();
    known(finished.usage().input(), usage::setInputTokens);
    known(finished.usage().output(), usage::setOutputTokens);
    known(finished.usage().cachedInput(), usage::setCachedInputTokens);
    known(finished.usage().reasoning(), usage::setReasoningTokens);
    Duration first = Refusals.duration(java.time.Duration.ofNanos(firstTokenNanos));
    Finished.Builder built =
        Finished.newBuilder()
            .setReason(StopReason.valueOf("STOP_REASON_" + finished.reason()))
            .setProviderReason(finished.providerReason())
            .setUsage(usage)
            .setTimeToFirstToken(first);
    known(costNanos, built::setCostNanos);
    return built.build();
  }

  private static void known(long count, LongConsumer set) {
    if (count >= 0) {
      set.accept(count);
    }
  }
}
