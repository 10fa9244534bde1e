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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads a stream of Anthropic's Messages API. Blocks of the answer have indexes, and may be of
/// kinds that we do not know: these are passed over. For one thread.
final class AnthropicReader implements AnswerReader {
  /// Most blocks of one answer, so that a broken provider does not fill our memory.
  private static final int MAX_BLOCKS = 10_000;

  /// A block that has begun.
  ///
  /// @param call index of the call among calls; -1: the block is none
  /// @param input what a call has for arguments, if none come later; empty: some came
  private record Block(int call, String input) {}

  /// What a block takes beside its input, in characters.
  private static final int BLOCK_CHARS = 64;

  private final Map<Long, Block> open = new HashMap<>();
  private int blocks;
  private int calls;
  private boolean started;
  private boolean finished;
  private String stopReason = "";
  private String explanation = "";

  /// Characters of the inputs of all open blocks.
  private long inputs;
  private long input = -1;
  private long cacheWritten = -1;
  private long cacheRead = -1;
  private long output = -1;
  private long thinking = -1;

  @Override
  public void read(ServerSentEvent event, Consumer<ModelEvent> out) {
    if (finished) {
      return;
    }
    String data = event.data();
    JsonNode node = Json.parse(data, "event of an answer");
    String type = Json.text(node, "type");
    switch (type) {
      case "error" -> throw error(node);
      case "message_start" -> start(node, data, out);
      case "content_block_start" -> startBlock(node, data, out);
      case "content_block_delta" -> delta(node, data, out);
      case "content_block_stop" -> stopBlock(node, data, out);
      case "message_delta" -> messageDelta(node, data);
      case "message_stop" -> stop(data, out);
      case "" -> throw Json.malformed(data, "type of an event");
      default -> {
        // A ping, or something newer than this.
      }
    }
  }

  @Override
  public void end(Consumer<ModelEvent> out) {
    if (!finished) {
      throw new ModelException(
          Kind.CUT, "the answer ended without message_stop: it may not be whole");
    }
  }

  @Override
  public long heldChars() {
    return (long) BLOCK_CHARS * open.size() + inputs + stopReason.length() + explanation.length();
  }

  private static ModelException error(JsonNode node) {
    JsonNode error = node.path("error");
    String type = Json.told(error, "type");
    return new ModelException(
        AnthropicDialect.kind(type, Kind.FAILED),
        "the provider broke off with %s: %s".formatted(type, Json.told(error, "message")));
  }

  private void start(JsonNode node, String data, Consumer<ModelEvent> out) {
    JsonNode message = node.path("message");
    if (started || !message.isObject()) {
      throw Json.malformed(data, "message_start that begins an answer");
    }
    started = true;
    addUsage(Json.object(message, "usage"));
    out.accept(new ModelEvent.Started(Json.text(message, "id"), Json.text(message, "model")));
  }

  private void startBlock(JsonNode node, String data, Consumer<ModelEvent> out) {
    JsonNode content = Json.object(node, "content_block");
    String type = Json.text(content, "type");
    long index = index(node, data);
    if (type.isEmpty() || open.containsKey(index) || ++blocks > MAX_BLOCKS) {
      throw Json.malformed(data, "beginning of a block");
    }
    boolean isCall = type.equals("tool_use");
    Block block = isCall ? new Block(calls++, input(content)) : new Block(-1, "");
    open.put(index, block);
    inputs += block.input().length();
    switch (type) {
      case "text" -> tellText(Json.text(content, "text"), out);
      case "thinking" ->
          tellReasoning(Json.text(content, "thinking"), Json.text(content, "signature"), out);
      case "redacted_thinking" ->
          tellReasoning("", AnthropicRequest.REDACTED + required(content, "data", data), out);
      case "tool_use" ->
          out.accept(
              new ModelEvent.ToolCall(
                  block.call(),
                  required(content, "id", data),
                  required(content, "name", data),
                  ""));
      default -> {
        // Something that is done at the provider, or newer than this.
      }
    }
  }

  private static String input(JsonNode call) {
    JsonNode input = Json.object(call, "input");
    return input.isObject() ? input.toString() : "{}";
  }

  private void delta(JsonNode node, String data, Consumer<ModelEvent> out) {
    long index = index(node, data);
    Block block = open.get(index);
    JsonNode delta = node.path("delta");
    if (block == null) {
      throw Json.malformed(data, "piece of a block that has begun");
    }
    switch (required(delta, "type", data)) {
      case "text_delta" -> tellText(given(delta, "text", data), out);
      case "thinking_delta" -> tellReasoning(given(delta, "thinking", data), "", out);
      case "signature_delta" -> tellReasoning("", given(delta, "signature", data), out);
      case "input_json_delta" -> {
        String piece = given(delta, "partial_json", data);
        if (block.call() >= 0 && !piece.isEmpty()) {
          open.put(index, new Block(block.call(), ""));
          inputs -= block.input().length();
          out.accept(new ModelEvent.ToolCall(block.call(), "", "", piece));
        }
      }
      default -> {
        // Citations, or something newer than this.
      }
    }
  }

  private void stopBlock(JsonNode node, String data, Consumer<ModelEvent> out) {
    Block block = open.remove(index(node, data));
    if (block == null) {
      throw Json.malformed(data, "end of a block that has begun");
    }
    inputs -= block.input().length();
    if (block.call() >= 0 && !block.input().isEmpty()) {
      out.accept(new ModelEvent.ToolCall(block.call(), "", "", block.input()));
    }
  }

  private void messageDelta(JsonNode node, String data) {
    requireStarted(data);
    JsonNode delta = Json.object(node, "delta");
    String reason = Json.text(delta, "stop_reason");
    if (!reason.isEmpty()) {
      stopReason = reason;
    }
    explanation = Json.text(Json.object(delta, "stop_details"), "explanation");
    addUsage(Json.object(node, "usage"));
  }

  private void stop(String data, Consumer<ModelEvent> out) {
    requireStarted(data);
    if (stopReason.isEmpty()) {
      throw Json.malformed(data, "stop_reason before message_stop");
    }
    if (!open.isEmpty()) {
      throw Json.malformed(data, "content_block_stop before message_stop");
    }
    StopReason reason =
        switch (stopReason) {
          case "end_turn", "stop_sequence" -> StopReason.STOP;
          case "max_tokens", "model_context_window_exceeded" -> StopReason.LENGTH;
          case "tool_use" -> StopReason.TOOL_CALLS;
          case "refusal" -> StopReason.REFUSAL;
          default -> StopReason.OTHER;
        };
    if (reason == StopReason.REFUSAL && !explanation.isEmpty()) {
      out.accept(new ModelEvent.Refused(explanation));
    }
    finished = true;
    out.accept(new ModelEvent.Finished(reason, stopReason, usage()));
  }

  /// Numbers are totals so far, and each may be said again or not.
  private void addUsage(JsonNode usage) {
    input = newer(usage, "input_tokens", input);
    cacheWritten = newer(usage, "cache_creation_input_tokens", cacheWritten);
    cacheRead = newer(usage, "cache_read_input_tokens", cacheRead);
    output = newer(usage, "output_tokens", output);
    thinking = newer(Json.object(usage, "output_tokens_details"), "thinking_tokens", thinking);
  }

  private static long newer(JsonNode usage, String field, long known) {
    long number = Json.number(usage, field);
    return number >= 0 ? number : known;
  }

  /// The API counts what has to do with its cache apart from the rest of the prompt.
  private Usage usage() {
    long prompt = input < 0 ? -1 : input + Math.max(cacheWritten, 0L) + Math.max(cacheRead, 0L);
    return new Usage(prompt, output, cacheRead, thinking);
  }

  private static void tellText(String text, Consumer<ModelEvent> out) {
    if (!text.isEmpty()) {
      out.accept(new ModelEvent.Text(text));
    }
  }

  private static void tellReasoning(String text, String signature, Consumer<ModelEvent> out) {
    @Nullable String known = signature.isEmpty() ? null : signature;
    if (!text.isEmpty() || known != null) {
      out.accept(new ModelEvent.Reasoning(text, known));
    }
  }

  private long index(JsonNode node, String data) {
    requireStarted(data);
    long index = Json.number(node, "index");
    if (index < 0) {
      throw Json.malformed(data, "index of a block");
    }
    return index;
  }

  private void requireStarted(String data) {
    if (!started) {
      throw Json.malformed(data, "message_start before all else");
    }
  }

  /// A text that must be there.
  private static String given(JsonNode object, String field, String data) {
    if (!object.path(field).isString()) {
      throw Json.malformed(data, field);
    }
    return Json.text(object, field);
  }

  /// A text that must be there and not be empty.
  private static String required(JsonNode object, String field, String data) {
    String text = given(object, field, data);
    if (text.isEmpty()) {
      throw Json.malformed(data, field);
    }
    return text;
  }
}
