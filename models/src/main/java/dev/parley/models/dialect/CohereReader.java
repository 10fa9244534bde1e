package dev.parley.models.dialect;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.sse.ServerSentEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// Reads the stream of one answer of Cohere. For one thread.
final class CohereReader implements AnswerReader {
  private static final String DONE = "[DONE]";

  /// What Cohere calls a call → its place among the calls. (Cohere may count text as well, or not
  /// count at all: then its number is -1, and the newest call is meant.)
  private final Map<Long, Integer> calls = new HashMap<>();

  private int nextCall;
  private boolean started;
  private boolean finished;

  /// Whether the content that comes is of a type that we do not know.
  private boolean unknownContent;

  @Override
  public void read(ServerSentEvent event, Consumer<ModelEvent> out) {
    if (finished || event.data().equals(DONE)) {
      return;
    }
    JsonNode data = Json.parse(event.data(), "event");
    if (!data.isObject()) {
      throw Json.malformed(event.data(), "event");
    }
    String type = event.name().equals("message") ? Json.text(data, "type") : event.name();
    switch (type) {
      case "" -> throw Json.malformed(event.data(), "event with a type");
      case "message-start" -> start(data, out);
      case "content-start" -> {
        JsonNode content = part(data, "content");
        String of = Json.text(content, "type");
        unknownContent = !of.isEmpty() && !of.equals("text") && !of.equals("thinking");
        content(content, out);
      }
      case "content-delta" -> {
        JsonNode content = part(data, "content");
        if (!unknownContent
            && !content.path("text").isString()
            && !content.path("thinking").isString()) {
          throw Json.malformed(event.data(), "content with a text");
        }
        content(content, out);
      }
      case "content-end" -> unknownContent = false;
      case "tool-plan-delta" -> plan(data, out);
      case "tool-call-start" -> call(data, out);
      case "tool-call-delta" -> arguments(data, out);
      case "message-end" -> finish(data, out);
      case "error" -> throw failed(Json.told(data, "message"));
      default -> {}
    }
  }

  private void start(JsonNode data, Consumer<ModelEvent> out) {
    if (started) {
      throw Json.malformed(data.toString(), "single message-start");
    }
    started = true;
    out.accept(new ModelEvent.Started(Json.text(data, "id"), ""));
  }

  /// What an event adds to the message.
  private JsonNode part(JsonNode data, String field) {
    if (!started) {
      throw Json.malformed(data.toString(), "message-start before");
    }
    JsonNode part = data.path("delta").path("message").path(field);
    if (!part.isObject()) {
      throw Json.malformed(data.toString(), field);
    }
    return part;
  }

  private void content(JsonNode content, Consumer<ModelEvent> out) {
    if (unknownContent) {
      return;
    }
    String thinking = Json.text(content, "thinking");
    if (!thinking.isEmpty()) {
      out.accept(new ModelEvent.Reasoning(thinking, null));
    }
    String text = Json.text(content, "text");
    if (!text.isEmpty()) {
      out.accept(new ModelEvent.Text(text));
    }
  }

  private void plan(JsonNode data, Consumer<ModelEvent> out) {
    JsonNode plan = data.path("delta").path("message").path("tool_plan");
    if (!started || !plan.isString()) {
      throw Json.malformed(data.toString(), started ? "tool_plan" : "message-start before");
    }
    if (!plan.stringValue().isEmpty()) {
      out.accept(new ModelEvent.Reasoning(plan.stringValue(), null));
    }
  }

  private void call(JsonNode data, Consumer<ModelEvent> out) {
    JsonNode call = part(data, "tool_calls");
    JsonNode function = Json.object(call, "function");
    String id = Json.text(call, "id");
    String name = Json.text(function, "name");
    if (id.isEmpty() || name.isEmpty()) {
      throw Json.malformed(data.toString(), "call with an id and a name");
    }
    int index = nextCall++;
    calls.put(Json.number(data, "index"), index);
    out.accept(new ModelEvent.ToolCall(index, id, name, Json.text(function, "arguments")));
  }

  private void arguments(JsonNode data, Consumer<ModelEvent> out) {
    JsonNode arguments = part(data, "tool_calls").path("function").path("arguments");
    Integer index = calls.get(Json.number(data, "index"));
    if (index == null || !arguments.isString()) {
      throw Json.malformed(data.toString(), "arguments of a call that was begun");
    }
    if (!arguments.stringValue().isEmpty()) {
      out.accept(new ModelEvent.ToolCall(index, "", "", arguments.stringValue()));
    }
  }

  private void finish(JsonNode data, Consumer<ModelEvent> out) {
    JsonNode delta = Json.object(data, "delta");
    String reason = Json.text(delta, "finish_reason");
    if (reason.equals("TIMEOUT")) {
      throw new ModelException(
          Kind.TIMEOUT, "the provider took too long: " + said(Json.told(delta, "error")));
    }
    if (reason.equals("ERROR")) {
      throw failed(Json.told(delta, "error"));
    }
    String error = Json.text(delta, "error");
    if (!error.isEmpty()) {
      throw failed(error);
    }
    if (!started || reason.isEmpty()) {
      throw Json.malformed(data.toString(), started ? "finish_reason" : "message-start before");
    }
    finished = true;
    StopReason stop =
        switch (reason) {
          case "COMPLETE", "STOP_SEQUENCE" -> StopReason.STOP;
          case "MAX_TOKENS" -> StopReason.LENGTH;
          case "TOOL_CALL" -> StopReason.TOOL_CALLS;
          default -> StopReason.OTHER;
        };
    out.accept(new ModelEvent.Finished(stop, reason, usage(Json.object(delta, "usage"))));
  }

  /// All tokens, or else those that are paid for.
  private static Usage usage(JsonNode usage) {
    return new Usage(
        tokens(usage, "input_tokens"),
        tokens(usage, "output_tokens"),
        Json.number(usage, "cached_tokens"),
        -1);
  }

  private static long tokens(JsonNode usage, String field) {
    long all = Json.number(Json.object(usage, "tokens"), field);
    return all >= 0 ? all : Json.number(Json.object(usage, "billed_units"), field);
  }

  private static ModelException failed(String message) {
    return new ModelException(Kind.FAILED, "the provider failed: " + said(message));
  }

  private static String said(String message) {
    return message.isBlank() ? "it did not say why" : message.strip();
  }

  @Override
  public void end(Consumer<ModelEvent> out) {
    if (!finished) {
      throw new ModelException(Kind.CUT, "the stream ended without message-end");
    }
  }
}
