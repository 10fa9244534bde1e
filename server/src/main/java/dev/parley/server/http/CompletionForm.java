package dev.parley.server.http;

import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.Reasoning;
import dev.parley.model.v1.Started;
import dev.parley.model.v1.ToolCall;
import dev.parley.model.v1.Usage;
import java.math.BigDecimal;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One answer in the form that clients of OpenAI know. Thoughts are told as `reasoning_content`,
/// the name that most servers beside OpenAI give them; the provider's own word for why an answer
/// ended as `native_finish_reason`, who answered as `provider`, and what it cost as `usage.cost`.
/// For one thread at a time.
final class CompletionForm {
  /// Digits behind the point that cost is told with.
  private static final int NANO_DIGITS = 9;

  private final long createdSeconds;
  private String id = "chatcmpl-" + UUID.randomUUID();
  private String model;

  /// Who answers, by the name of the configuration; empty: nobody yet.
  private String provider = "";

  private boolean refused;
  private boolean spoken;

  /// @param model what was asked for
  /// @param createdSeconds since 1970
  CompletionForm(String model, long createdSeconds) {
    this.model = model;
    this.createdSeconds = createdSeconds;
  }

  /// The provider has begun.
  void started(Started started) {
    if (!started.getId().isEmpty()) {
      id = started.getId();
    }
    String route = started.getRoute();
    model = started.getModel().isEmpty() ? route : started.getModel();
    provider = route.substring(0, Math.max(0, route.indexOf('/')));
  }

  /// The whole answer.
  ObjectNode whole(Answer answer) {
    started(answer.getStarted());
    refused = !answer.getRefusal().isEmpty();
    ObjectNode body = base("chat.completion");
    ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
    choice.set("message", message(answer));
    choice.putNull("logprobs");
    finish(choice, answer.getFinished());
    addUsage(body, answer.getFinished());
    return body;
  }

  /// What a whole answer says, or what there is of one.
  static ObjectNode message(Answer answer) {
    ObjectNode message = Json.object().put("role", "assistant");
    boolean refused = !answer.getRefusal().isEmpty();
    boolean silent = refused || answer.getToolCallsCount() > 0;
    message.put("content", answer.getText().isEmpty() && silent ? null : answer.getText());
    message.put("refusal", refused ? answer.getRefusal() : null);
    String thoughts =
        String.join("", answer.getReasoningList().stream().map(Reasoning::getText).toList());
    if (!thoughts.isEmpty()) {
      message.put("reasoning_content", thoughts);
    }
    if (answer.getToolCallsCount() > 0) {
      ArrayNode calls = message.putArray("tool_calls");
      answer.getToolCallsList().forEach(call -> addCall(calls.addObject(), call));
    }
    return message;
  }

  /// A piece of the answer.
  ///
  /// @param piece text, thoughts, a refusal, a call or the end
  ObjectNode piece(ChatResponse piece) {
    ObjectNode body = base("chat.completion.chunk");
    ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
    ObjectNode delta = choice.putObject("delta");
    if (!spoken) {
      spoken = true;
      delta.put("role", "assistant");
    }
    choice.putNull("finish_reason");
    switch (piece.getEventCase()) {
      case TEXT -> delta.put("content", piece.getText());
      case REASONING -> delta.put("reasoning_content", piece.getReasoning().getText());
      case REFUSAL -> {
        refused = true;
        delta.put("refusal", piece.getRefusal());
      }
      case TOOL_CALL -> {
        ToolCall call = piece.getToolCall();
        addCall(delta.putArray("tool_calls").addObject().put("index", call.getIndex()), call);
      }
      case FINISHED -> finish(choice, piece.getFinished());
      case STARTED, ERROR, ANSWER, DRAIN, EVENT_NOT_SET ->
          throw new IllegalArgumentException("no piece: " + piece.getEventCase());
    }
    return body;
  }

  /// What was used, as a piece of its own.
  ObjectNode usage(Finished finished) {
    ObjectNode body = base("chat.completion.chunk");
    body.putArray("choices");
    addUsage(body, finished);
    return body;
  }

  private ObjectNode base(String object) {
    ObjectNode body =
        Json.object()
            .put("id", id)
            .put("object", object)
            .put("created", createdSeconds)
            .put("model", model);
    return provider.isEmpty() ? body : body.put("provider", provider);
  }

  /// Id, type and name come with the first piece of a call only.
  private static void addCall(ObjectNode node, ToolCall call) {
    ObjectNode function;
    if (call.getId().isEmpty() && call.getName().isEmpty()) {
      function = node.putObject("function");
    } else {
      node.put("id", call.getId()).put("type", "function");
      function = node.putObject("function").put("name", call.getName());
    }
    function.put("arguments", call.getArguments());
  }

  private void finish(ObjectNode choice, Finished finished) {
    choice.put(
        "finish_reason",
        switch (finished.getReason()) {
          case STOP_REASON_LENGTH -> "length";
          case STOP_REASON_TOOL_CALLS -> "tool_calls";
          case STOP_REASON_CONTENT_FILTER -> "content_filter";
          // With OpenAI an answer that is a refusal ends like any other.
          case STOP_REASON_REFUSAL -> refused ? "stop" : "content_filter";
          case STOP_REASON_STOP, STOP_REASON_OTHER, STOP_REASON_UNKNOWN, UNRECOGNIZED -> "stop";
        });
    if (!finished.getProviderReason().isEmpty()) {
      choice.put("native_finish_reason", finished.getProviderReason());
    }
  }

  /// What the provider did not say is not told.
  private static void addUsage(ObjectNode body, Finished finished) {
    Usage usage = finished.getUsage();
    if (!usage.hasInputTokens() && !usage.hasOutputTokens()) {
      return;
    }
    ObjectNode node = body.putObject("usage");
    if (usage.hasInputTokens()) {
      node.put("prompt_tokens", usage.getInputTokens());
    }
    if (usage.hasOutputTokens()) {
      node.put("completion_tokens", usage.getOutputTokens());
    }
    if (usage.hasInputTokens() && usage.hasOutputTokens()) {
      node.put("total_tokens", usage.getInputTokens() + usage.getOutputTokens());
    }
    if (finished.hasCostNanos()) {
      node.put(
          "cost", BigDecimal.valueOf(finished.getCostNanos(), NANO_DIGITS).stripTrailingZeros());
    }
    if (usage.hasCachedInputTokens()) {
      node.putObject("prompt_tokens_details").put("cached_tokens", usage.getCachedInputTokens());
    }
    if (usage.hasReasoningTokens()) {
      node.putObject("completion_tokens_details")
          .put("reasoning_tokens", usage.getReasoningTokens());
    }
  }
}
