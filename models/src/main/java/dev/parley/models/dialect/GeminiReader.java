package dev.parley.models.dialect;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.sse.ServerSentEvent;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// Reads a stream of `streamGenerateContent`, at Gemini and at Vertex AI. Each event is a whole
/// response with more of the answer. The protocol has no last event: the end of the stream is the
/// proper one if a reason for it was seen. For one thread.
///
/// Signatures stand in parts of all kinds and must come back in the same part. They are told as
/// thoughts without text before the part's own content, where [GeminiRequest] expects them.
final class GeminiReader implements AnswerReader {
  private boolean started;
  private boolean finished;
  private String id = "";
  private int calls;
  private String finishReason = "";
  private long prompt = -1;
  private long toolPrompt = -1;
  private long cached = -1;
  private long candidates = -1;
  private long thoughts = -1;

  @Override
  public void read(ServerSentEvent event, Consumer<ModelEvent> out) {
    if (finished) {
      return;
    }
    String data = event.data();
    JsonNode node = Json.parse(data, "response");
    JsonNode error = GeminiErrors.find(node);
    if (error != null) {
      throw GeminiErrors.inStream(error);
    }
    if (!node.isObject()) {
      throw Json.malformed(data, "response");
    }
    requireUnblocked(Json.object(node, "promptFeedback"));
    requireForm(node, data);
    addUsage(Json.object(node, "usageMetadata"));
    if (!started) {
      started = true;
      id = Json.text(node, "responseId");
      out.accept(new ModelEvent.Started(id, Json.text(node, "modelVersion")));
    }
    for (JsonNode candidate : node.path("candidates")) {
      // One is asked for; its index may be left out.
      if (Json.number(candidate, "index") <= 0) {
        candidate(candidate, data, out);
      }
    }
  }

  @Override
  public void end(Consumer<ModelEvent> out) {
    if (finished) {
      return;
    }
    if (finishReason.isEmpty()) {
      throw new ModelException(
          Kind.CUT, "the answer ended without a finishReason: it may not be whole");
    }
    finished = true;
    StopReason reason =
        switch (finishReason) {
          case "STOP" -> calls > 0 ? StopReason.TOOL_CALLS : StopReason.STOP;
          case "MAX_TOKENS" -> StopReason.LENGTH;
          case "SAFETY",
              "RECITATION",
              "LANGUAGE",
              "BLOCKLIST",
              "PROHIBITED_CONTENT",
              "SPII",
              "MODEL_ARMOR",
              "IMAGE_SAFETY",
              "IMAGE_PROHIBITED_CONTENT",
              "IMAGE_RECITATION" ->
              StopReason.CONTENT_FILTER;
          default -> StopReason.OTHER;
        };
    out.accept(new ModelEvent.Finished(reason, finishReason, usage()));
  }

  @Override
  public long heldChars() {
    return (long) id.length() + finishReason.length();
  }

  private static void requireUnblocked(JsonNode feedback) {
    String reason = Json.text(feedback, "blockReason");
    if (!reason.isEmpty()) {
      String message = Json.told(feedback, "blockReasonMessage");
      throw new ModelException(
          Kind.BLOCKED,
          "the provider blocks the prompt: "
              + reason
              + (message.isEmpty() ? "" : " (" + message + ")"));
    }
  }

  private static void requireForm(JsonNode node, String data) {
    JsonNode list = node.path("candidates");
    boolean other = node.has("usageMetadata") || node.has("promptFeedback");
    if (list.isMissingNode() ? !other : !list.isArray()) {
      throw Json.malformed(data, "candidates");
    }
  }

  private void candidate(JsonNode candidate, String data, Consumer<ModelEvent> out) {
    if (!candidate.isObject()) {
      throw Json.malformed(data, "candidate");
    }
    for (JsonNode part : Json.array(Json.object(candidate, "content"), "parts")) {
      part(part, data, out);
    }
    String reason = Json.text(candidate, "finishReason");
    if (!reason.isEmpty()) {
      finishReason = reason;
    }
  }

  private void part(JsonNode part, String data, Consumer<ModelEvent> out) {
    if (!part.isObject()) {
      throw Json.malformed(data, "part");
    }
    String signature = Json.text(part, "thoughtSignature");
    if (!signature.isEmpty()) {
      out.accept(new ModelEvent.Reasoning("", signature));
    }
    if (part.has("text")) {
      if (!part.path("text").isString()) {
        throw Json.malformed(data, "text");
      }
      text(Json.text(part, "text"), Json.flag(part, "thought"), out);
    } else if (part.has("functionCall")) {
      call(part.path("functionCall"), data, out);
    }
  }

  private static void text(String text, boolean thought, Consumer<ModelEvent> out) {
    if (!text.isEmpty()) {
      out.accept(thought ? new ModelEvent.Reasoning(text, null) : new ModelEvent.Text(text));
    }
  }

  /// A call comes whole.
  private void call(JsonNode call, String data, Consumer<ModelEvent> out) {
    String name = Json.text(call, "name");
    JsonNode arguments = Json.object(call, "args");
    if (name.isEmpty()) {
      throw Json.malformed(data, "functionCall");
    }
    int index = calls++;
    String given = Json.text(call, "id");
    String own = GeminiRequest.OWN_ID + (id.isEmpty() ? "" : id + "-") + index;
    out.accept(
        new ModelEvent.ToolCall(
            index,
            given.isEmpty() ? own : given,
            name,
            arguments.isObject() ? arguments.toString() : "{}"));
  }

  /// Numbers are totals so far, and each may be said again or not.
  private void addUsage(JsonNode usage) {
    prompt = newer(usage, "promptTokenCount", prompt);
    toolPrompt = newer(usage, "toolUsePromptTokenCount", toolPrompt);
    cached = newer(usage, "cachedContentTokenCount", cached);
    candidates = newer(usage, "candidatesTokenCount", candidates);
    thoughts = newer(usage, "thoughtsTokenCount", thoughts);
  }

  private static long newer(JsonNode usage, String field, long known) {
    long number = Json.number(usage, field);
    return number >= 0 ? number : known;
  }

  /// The provider counts thoughts apart from the answer.
  private Usage usage() {
    return new Usage(sum(prompt, toolPrompt), sum(candidates, thoughts), cached, thoughts);
  }

  private static long sum(long one, long other) {
    return one < 0 && other < 0 ? -1 : Math.max(one, 0L) + Math.max(other, 0L);
  }
}
