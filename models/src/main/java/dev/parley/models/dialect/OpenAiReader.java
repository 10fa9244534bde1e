package dev.parley.models.dialect;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.models.sse.ServerSentEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// Reads a stream of chat completion chunks. It ends with a reason to finish and then `[DONE]`, as
/// OpenAI, Azure and Mistral document it. Compatible servers may leave one of them out: there it
/// ends with `[DONE]`, or with a reason and then either the usage or the end of the stream. (Usage
/// comes with the reason, in a chunk of its own after it, or never.)
///
/// What is documented must be of its type. Of compatible servers this holds for what makes up the
/// answer; an id, a model or a count of another type is none there. For one thread.
final class OpenAiReader implements AnswerReader {
  private static final String LAST = "[DONE]";

  /// Whether half of the proper end will do, and any type for what is only passed on.
  private final boolean lenient;

  private boolean started;
  private boolean finished;
  private boolean refused;

  /// The provider's; empty: none yet.
  private String finishReason = "";

  private Usage usage = Usage.UNKNOWN;

  /// Ids of the calls so far.
  private final List<String> callIds = new ArrayList<>();

  /// Characters of these.
  private long idChars;

  /// From the provider's index (-1: none) to ours of the newest call that has it. They differ, as
  /// there are servers that count no calls but the first.
  private final Map<Long, Integer> calls = new HashMap<>();

  /// @param flavour who speaks
  OpenAiReader(OpenAiDialect.Flavour flavour) {
    lenient = flavour == OpenAiDialect.Flavour.COMPATIBLE;
  }

  @Override
  public void read(ServerSentEvent event, Consumer<ModelEvent> out) {
    if (finished) {
      return;
    }
    switch (event.name()) {
      case "message" -> message(event.data(), out);
      case "error" -> throw OpenAiErrors.inAnswer(Json.parse(event.data(), "error"));
      default -> {
        // Such as "ping".
      }
    }
  }

  @Override
  public void end(Consumer<ModelEvent> out) {
    if (finished) {
      return;
    }
    if (!lenient || finishReason.isEmpty()) {
      throw cut();
    }
    finish(out);
  }

  @Override
  public long heldChars() {
    return idChars + finishReason.length();
  }

  private void message(String data, Consumer<ModelEvent> out) {
    if (data.equals(LAST)) {
      if (!started || (!lenient && finishReason.isEmpty())) {
        throw cut();
      }
      finish(out);
      return;
    }
    JsonNode chunk = Json.parse(data, "chunk of an answer");
    if (OpenAiErrors.isError(chunk)) {
      throw OpenAiErrors.inAnswer(chunk);
    }
    JsonNode choices = chunk.path("choices");
    if (!choices.isArray()) {
      throw Json.malformed(data, "chunk with choices");
    }
    // Azure's first chunk is about the prompt: it has no choice, and no id yet.
    if (!started && (!choices.isEmpty() || !told(chunk, "id").isEmpty())) {
      started = true;
      out.accept(new ModelEvent.Started(told(chunk, "id"), told(chunk, "model")));
    }
    for (JsonNode choice : choices) {
      if (Json.number(choice, "index") <= 0) {
        choice(choice, out);
      }
    }
    JsonNode counts = counts(chunk, "usage");
    if (counts.isObject()) {
      usage = with(counts);
      if (lenient && !finishReason.isEmpty()) {
        finish(out);
      }
    }
  }

  private void choice(JsonNode choice, Consumer<ModelEvent> out) {
    if (!choice.isObject()) {
      throw Json.malformed(choice.toString(), "choice");
    }
    JsonNode delta = Json.object(choice, "delta");
    // Neither is documented by OpenAI, Azure or Mistral.
    String thoughts = Json.told(delta, "reasoning_content");
    String same = Json.told(delta, "reasoning");
    reasoning(thoughts.isEmpty() ? same : thoughts, out);
    content(delta, out);
    String refusal = Json.text(delta, "refusal");
    if (!refusal.isEmpty()) {
      refused = true;
      out.accept(new ModelEvent.Refused(refusal));
    }
    for (JsonNode call : Json.array(delta, "tool_calls")) {
      call(call, out);
    }
    String reason = Json.text(choice, "finish_reason");
    if (reason.equals("error")) {
      throw new ModelException(
          ModelException.Kind.FAILED, "the provider ended its answer because of an error");
    }
    if (!reason.isEmpty()) {
      finishReason = reason;
    }
  }

  /// Text, or an array of texts and thoughts as Mistral has it.
  private static void content(JsonNode delta, Consumer<ModelEvent> out) {
    if (!delta.path("content").isArray()) {
      text(Json.text(delta, "content"), out);
      return;
    }
    for (JsonNode part : delta.path("content")) {
      switch (type(part)) {
        case "text" -> text(Json.text(part, "text"), out);
        case "thinking" -> thoughts(part, out);
        default -> {
          // Such as "reference".
        }
      }
    }
  }

  /// A text, too, or an array of texts.
  private static void thoughts(JsonNode part, Consumer<ModelEvent> out) {
    if (!part.path("thinking").isArray()) {
      reasoning(Json.text(part, "thinking"), out);
      return;
    }
    for (JsonNode thought : part.path("thinking")) {
      if (type(thought).equals("text")) {
        reasoning(Json.text(thought, "text"), out);
      }
    }
  }

  private static String type(JsonNode part) {
    String type = Json.text(part, "type");
    if (type.isEmpty()) {
      throw Json.malformed(part.toString(), "content with a type");
    }
    return type;
  }

  private static void text(String text, Consumer<ModelEvent> out) {
    if (!text.isEmpty()) {
      out.accept(new ModelEvent.Text(text));
    }
  }

  private static void reasoning(String text, Consumer<ModelEvent> out) {
    if (!text.isEmpty()) {
      out.accept(new ModelEvent.Reasoning(text, null));
    }
  }

  /// A piece of a call. It begins another one if its index is new; or if its id is, as long as it
  /// has a name too: there are servers that give all calls the same index, and others that make up
  /// an id for each piece.
  private void call(JsonNode piece, Consumer<ModelEvent> out) {
    if (!piece.isObject()) {
      throw Json.malformed(piece.toString(), "piece of a tool call");
    }
    JsonNode function = Json.object(piece, "function");
    String id = Json.text(piece, "id");
    String name = Json.text(function, "name");
    JsonNode given = function.path("arguments");
    String arguments = given.isObject() ? given.toString() : Json.text(function, "arguments");
    long place = Json.number(piece, "index");
    int index = calls.getOrDefault(place, -1);
    if (index < 0 || (!id.isEmpty() && !name.isEmpty() && !id.equals(callIds.get(index)))) {
      if (id.isEmpty() || name.isEmpty()) {
        throw Json.malformed(piece.toString(), "tool call with an id and a name");
      }
      index = callIds.size();
      callIds.add(id);
      idChars += id.length();
      calls.put(place, index);
      out.accept(new ModelEvent.ToolCall(index, id, name, arguments));
    } else if (!arguments.isEmpty()) {
      out.accept(new ModelEvent.ToolCall(index, "", "", arguments));
    }
  }

  private Usage with(JsonNode counts) {
    return new Usage(
        count(counts, "prompt_tokens", usage.input()),
        count(counts, "completion_tokens", usage.output()),
        count(counts(counts, "prompt_tokens_details"), "cached_tokens", usage.cachedInput()),
        count(counts(counts, "completion_tokens_details"), "reasoning_tokens", usage.reasoning()));
  }

  private String told(JsonNode object, String field) {
    return lenient ? Json.told(object, field) : Json.text(object, field);
  }

  private JsonNode counts(JsonNode object, String field) {
    return lenient ? object.path(field) : Json.object(object, field);
  }

  private long count(JsonNode counts, String field, long before) {
    long count = lenient ? Json.toldNumber(counts, field) : Json.number(counts, field);
    return count < 0 ? before : count;
  }

  private void finish(Consumer<ModelEvent> out) {
    finished = true;
    out.accept(new ModelEvent.Finished(stopReason(), finishReason, usage));
  }

  private StopReason stopReason() {
    return switch (finishReason) {
      case "stop" -> {
        if (refused) {
          yield StopReason.REFUSAL;
        }
        // OpenAI says so of a call that the prompt demanded, too.
        yield callIds.isEmpty() ? StopReason.STOP : StopReason.TOOL_CALLS;
      }
      case "length", "model_length" -> StopReason.LENGTH;
      case "tool_calls", "function_call" -> StopReason.TOOL_CALLS;
      case "content_filter" -> StopReason.CONTENT_FILTER;
      default -> StopReason.OTHER;
    };
  }

  private static ModelException cut() {
    return new ModelException(
        ModelException.Kind.CUT, "the provider's answer stopped without its proper end");
  }
}
